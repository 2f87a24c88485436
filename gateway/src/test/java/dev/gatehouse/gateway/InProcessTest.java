package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InProcessTest {
  private static final String SCORE = "/api/v1/service/s/score";

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(folder);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void serve(Model model, Version.Limits limits) {
    scene.serve(
        Scene.service(
            "s", new Access.Open(), new Version("v", 100, new Backend.InProcess(model), limits)));
  }

  private static Model.Answer text(int status, String body) {
    return new Model.Answer(status, "text/plain", body.getBytes(StandardCharsets.UTF_8));
  }

  /** Says when it works, and answers when it may. */
  private static Model held(CountDownLatch working, CountDownLatch hold, String body) {
    return ask -> {
      working.countDown();
      try {
        hold.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return text(200, body);
    };
  }

  @Test
  void givesTheModelTheWholeRequest() throws Exception {
    serve(
        ask ->
            text(
                200,
                String.join(
                    "|",
                    ask.method(),
                    ask.path(),
                    String.valueOf(ask.contentType()),
                    new String(ask.body(), StandardCharsets.UTF_8))),
        Scene.limits());
    var wire = scene.wire();
    assertThat(wire.ask(Scene.post(SCORE + "?a=b", "{}", "Content-Type: application/json")).body())
        .isEqualTo("POST|/score|application/json|{}");
    assertThat(wire.ask(Scene.get(SCORE)).body()).isEqualTo("GET|/score|null|");
  }

  @Test
  void scoresLargeBodiesOnThreadsOfTheirOwn() throws Exception {
    serve(
        ask -> text(200, ask.body().length + " " + Thread.currentThread().getName()),
        Scene.limits());
    var wire = scene.wire();
    assertThat(wire.ask(Scene.post(SCORE, "x".repeat(64 * 1024))).body())
        .startsWith("65536 gateway-")
        .doesNotContain("model");
    assertThat(wire.ask(Scene.post(SCORE, "x".repeat(64 * 1024 + 1))).body())
        .startsWith("65537 gateway-model-");
  }

  @Test
  void carriesWhereBinaryTensorsBeginThereAndBack() throws Exception {
    serve(
        ask ->
            new Model.Answer(200, "application/octet-stream", ask.body()).framed(ask.jsonLength()),
        Scene.limits());
    var wire = scene.wire();
    String infer = "/api/v1/service/s/v2/models/m/infer";
    var whole = wire.ask(Scene.post(infer, "{}1234"));
    assertThat(whole.header(Model.JSON_LENGTH)).isEmpty();
    var framed = wire.ask(Scene.post(infer, "{}1234", Model.JSON_LENGTH + ": 2"));
    assertThat(framed.header(Model.JSON_LENGTH)).isEqualTo("2");
    var none = wire.ask(Scene.post(infer, "{}1234", Model.JSON_LENGTH + ": two"));
    assertThat(none.header(Model.JSON_LENGTH)).isEqualTo("-1");
  }

  @Test
  void asksAModelThatTakesLongOnThreadsOfItsOwn() throws Exception {
    serve(
        new Model() {
          @Override
          public Answer score(Ask ask) {
            return text(200, Thread.currentThread().getName());
          }

          @Override
          public boolean brisk() {
            return false;
          }
        },
        Scene.limits());
    assertThat(scene.wire().ask(Scene.post(SCORE, "{}")).body()).startsWith("gateway-model-");
  }

  @Test
  void answersOverHttp2() throws Exception {
    serve(ask -> text(200, ask.body().length + ""), Scene.limits());
    var client = scene.client(HttpClient.Version.HTTP_2);
    var post =
        scene
            .request(SCORE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[300_000]))
            .build();
    assertThat(client.send(post, HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("300000");
    var head = scene.request(SCORE).HEAD().build();
    assertThat(client.send(head, HttpResponse.BodyHandlers.ofString()).body()).isEmpty();
  }

  @Test
  void answers502ForAModelThatThrowsOrSays500() throws Exception {
    serve(
        ask -> {
          if (ask.body().length > 2) {
            throw new IllegalStateException("secret detail");
          }
          return text(500, "why");
        },
        Scene.limits());
    var wire = scene.wire();
    var thrown = wire.ask(Scene.post(SCORE, "long"));
    assertThat(thrown.status()).isEqualTo(502);
    assertThat(thrown.body()).doesNotContain("secret");
    var said = wire.ask(Scene.post(SCORE, "{}"));
    assertThat(said.status() + said.body()).isEqualTo("502why");
  }

  @Test
  void whoWaitsForAVersionThatLeavesIsAnsweredByAnotherOne() throws Exception {
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    Model leaving = held(working, hold, "leaving");
    var limits = new Version.Limits(1, Duration.ofSeconds(10), Duration.ofSeconds(10));
    var old = new Version("a", 100, new Backend.InProcess(leaving), limits);
    var fresh =
        new Version(
            "b",
            100,
            new Backend.InProcess(ask -> text(200, "staying " + ask.body().length)),
            limits);
    scene.serve(Scene.service("s", new Access.Open(), old));
    String large = Scene.post(SCORE, "x".repeat(100_000));
    var held = scene.wire().send(large);
    working.await();
    var waiting = scene.wire().send(large);
    while (scene.gateway.load("id-s").get("a").waiting() < 1) {
      Thread.onSpinWait();
    }
    scene.serve(Scene.service("s", new Access.Open(), fresh));
    assertThat(waiting.reply().body()).isEqualTo("staying 100000");
    hold.countDown();
    assertThat(held.reply().body()).isEqualTo("leaving");
  }

  @Test
  void limitsHowManyScoreAndHowLong() throws Exception {
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    serve(
        held(working, hold, ""),
        new Version.Limits(1, Duration.ofMillis(20), Duration.ofMillis(400)));
    String large = Scene.post(SCORE, "x".repeat(100_000));
    var first = scene.wire().send(large);
    working.await();
    assertThat(scene.wire().ask(large).status()).isEqualTo(503);
    assertThat(first.reply().status()).isEqualTo(504);
    hold.countDown();
  }
}
