package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorTest {
  private static final String SCORE = "/api/v1/service/s/score";
  private static final Duration NEVER = Version.Trial.NONE.slow();

  @TempDir Path folder;
  private Scene scene;
  private final Map<String, String> copied = new ConcurrentHashMap<>();

  @BeforeEach
  void open() {
    scene = new Scene(folder);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void serve(int percent, Backend real, Backend mirror, Version.Limits limits) {
    scene.serve(
        Scene.service(
            "s",
            new Access.Open(),
            new Version("real", 100, real, Scene.limits()),
            new Version(
                "mirror",
                0,
                mirror,
                limits,
                DataCollection.OFF,
                new Version.Trial(percent, NEVER))));
  }

  private void serve(int percent, Replica real, Replica mirror) {
    serve(percent, backend(real), backend(mirror), Scene.limits());
  }

  private static Backend backend(Replica replica) {
    return new Backend.Replicas(List.of(replica.socket()));
  }

  private Replica real() throws Exception {
    return scene.replica(call -> call.answer(200, "real " + call.body().length));
  }

  /** Remembers the bodies that it gets by their request line. */
  private Replica mirror() throws Exception {
    return scene.replica(call -> {
      var body = new String(call.body(), StandardCharsets.UTF_8);
      copied.put(call.line, body + " " + call.headers.getOrDefault("x-gatehouse-mirrored", ""));
      call.answer(200, "mirror");
    });
  }

  private Measured of(String version) {
    return scene.gateway.measure().stream()
        .filter(measured -> measured.version().equals(version))
        .findFirst()
        .orElseThrow();
  }

  private Measured.Copies copies() {
    return of("mirror").copies().orElseThrow();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("it did not happen within 20 s").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void exactlyItsPercentOfTheRequestsIsCopiedAndTheClientSeesTheRealAnswer() throws Exception {
    var mirror = mirror();
    serve(20, real(), mirror);
    var wire = scene.wire();
    for (int i = 0; i < 100; i++) {
      assertThat(wire.ask(Scene.post(SCORE, "{\"n\":1}")).body()).isEqualTo("real 7");
    }
    await(() -> copies().counts().requests() == 20);
    assertThat(mirror.requests).hasValue(20);
    assertThat(copied).containsEntry("POST /score HTTP/1.1", "{\"n\":1} true");
    assertThat(of("mirror").counts().requests()).isZero();
    assertThat(of("real").counts().requests()).isEqualTo(100);
  }

  @Test
  void copiesChunkedBodiesAndThoseOfHttp2() throws Exception {
    serve(100, real(), mirror());
    scene
        .wire()
        .ask(
            "POST "
                + SCORE
                + "/chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
    var body = "x".repeat(300_000);
    var post = scene.request(SCORE + "/h2").POST(HttpRequest.BodyPublishers.ofString(body)).build();
    var answer =
        scene.client(HttpClient.Version.HTTP_2).send(post, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).isEqualTo("real 300000");
    await(() -> copies().counts().requests() == 2);
    assertThat(copied)
        .containsEntry("POST /score/chunks HTTP/1.1", "abcdefg true")
        .containsEntry("POST /score/h2 HTTP/1.1", body + " true");
  }

  @Test
  void leavesOutWhatIsTooLargeAndSaysSo() throws Exception {
    var mirror = mirror();
    serve(100, real(), mirror);
    assertThat(scene.wire().ask(Scene.post(SCORE, "x".repeat((1 << 20) + 1))).body())
        .isEqualTo("real 1048577");
    assertThat(copies().large()).isEqualTo(1);
    assertThat(mirror.requests).hasValue(0);
  }

  @Test
  void aMirrorThatHangsOrIsBusyDelaysNobody() throws Exception {
    var hold = new CountDownLatch(1);
    var hanging =
        scene.replica(call -> {
          call.body();
          hold.await();
        });
    var limits = new Version.Limits(1, Duration.ofSeconds(5), Duration.ofSeconds(10));
    serve(100, backend(real()), backend(hanging), limits);
    var wire = scene.wire();
    for (int i = 0; i < 50; i++) {
      assertThat(wire.ask(Scene.post(SCORE, "{}")).status()).isEqualTo(200);
    }
    await(() -> copies().busy() == 49);
    assertThat(of("mirror").inFlight()).isEqualTo(1);
    assertThat(of("mirror").queued()).isZero();
    hold.countDown();
  }

  @Test
  void countsTheMirrorsErrorsAndLatenciesApart() throws Exception {
    var failing =
        scene.replica(call -> {
          if (call.line.contains("break")) {
            call.body();
            call.hangUp();
          } else if (call.line.contains("late")) {
            call.body();
            Thread.sleep(Duration.ofHours(1));
          } else {
            call.answer(500, "no");
          }
        });
    var limits = new Version.Limits(8, Duration.ZERO, Duration.ofMillis(200));
    serve(100, backend(real()), backend(failing), limits);
    var wire = scene.wire();
    for (String what : List.of("fail", "break", "late")) {
      assertThat(wire.ask(Scene.post(SCORE + "/" + what, "{}")).status()).isEqualTo(200);
    }
    await(() -> copies().counts().requests() == 3);
    assertThat(copies().counts().errors()).isEqualTo(3);
    assertThat(copies().counts().seconds()).isGreaterThan(0.2);
    assertThat(of("real").counts().errors()).isZero();
  }

  @Test
  void copiesGoToAModelInThisProcessOnAThreadOfTheirOwn() throws Exception {
    var threads = ConcurrentHashMap.<String>newKeySet();
    Model model =
        ask -> {
          threads.add(Thread.currentThread().getName());
          return new Model.Answer(200, "text/plain", ask.body());
        };
    serve(
        100,
        new Backend.InProcess(model),
        new Backend.InProcess(ask -> {
          threads.add("copy on " + Thread.currentThread().getName());
          return new Model.Answer(200, "text/plain", ask.body(), 1_000_000);
        }),
        Scene.limits());
    assertThat(scene.wire().ask(Scene.post(SCORE, "abc")).body()).isEqualTo("abc");
    scene.wire().ask(Scene.get(SCORE));
    await(() -> copies().counts().requests() == 2);
    assertThat(threads)
        .filteredOn(name -> name.startsWith("copy on"))
        .allMatch(name -> name.startsWith("copy on gateway-mirror-"))
        .isNotEmpty();
    assertThat(copies().counts().model().seconds()).isEqualTo(0.002);
  }

  @Test
  void noVersionWithTrafficOfItsOwnAndNoAddressedRequestIsMirrored() throws Exception {
    var other = mirror();
    scene.serve(
        Scene.service(
            "s",
            new Access.Open(),
            new Version("real", 99, backend(real()), Scene.limits()),
            new Version(
                "mirror",
                1,
                backend(other),
                Scene.limits(),
                DataCollection.OFF,
                new Version.Trial(100, NEVER))));
    var wire = scene.wire();
    for (int i = 0; i < 100; i++) {
      wire.ask(Scene.post(SCORE, "{}"));
    }
    assertThat(of("mirror").copies()).isEmpty();
    assertThat(other.requests).hasValue(1);
    serve(100, real(), other);
    wire.ask(Scene.post(SCORE, "{}", "azureml-model-deployment: real"));
    assertThat(copies().counts().requests() + copies().busy()).isZero();
  }

  @Test
  void anAnswerBeforeTheBodysEndTakesTheCopyAway() throws Exception {
    var early =
        scene.replica(call -> {
          call.send("HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n");
          call.in.readAllBytes();
        });
    var mirror = mirror();
    serve(100, early, mirror);
    for (int i = 0; i < 70; i++) {
      var wire = scene.wire();
      wire.send(
          "POST "
              + SCORE
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n"
              + "x".repeat(100_000));
      assertThat(wire.reply().status()).isEqualTo(413);
      wire.close();
    }
    serve(100, real(), mirror);
    assertThat(scene.wire().ask(Scene.post(SCORE, "{}")).status()).isEqualTo(200);
    await(() -> copies().counts().requests() == 1);
    assertThat(copies().busy()).isZero();
  }
}
