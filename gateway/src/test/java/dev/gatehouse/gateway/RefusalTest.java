package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a caller is told when it gets no answer of the model, over either protocol. */
class RefusalTest {
  private static final String SERVICE = "/api/v1/service/s";

  @TempDir Path folder;
  private Scene scene;
  private final CountDownLatch working = new CountDownLatch(1);
  private final CountDownLatch hold = new CountDownLatch(1);

  @BeforeEach
  void open() throws Exception {
    scene = new Scene(folder);
    var replica =
        scene.replica(call -> {
          call.body();
          if (call.line.contains("hang")) {
            working.countDown();
            hold.await();
          } else if (call.line.contains("break")) {
            call.hangUp();
          } else {
            call.answer(500, "the script raised");
          }
        });
    var limits = new Version.Limits(1, Duration.ofMillis(50), Duration.ofMillis(1_500));
    var none = new Backend.Absent("the environment is built");
    scene.serve(
        Scene.service("s", new Access.Keys("k", "l"), Scene.version("v", 100, limits, replica)),
        Scene.service("soon", new Access.Open(), new Version("v", 100, none, limits)));
  }

  @AfterEach
  void close() throws Exception {
    hold.countDown();
    scene.close();
  }

  private HttpResponse<String> ask(HttpClient client, String path, String... headers)
      throws Exception {
    var request = scene.request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<Object> told(HttpResponse<String> answer) {
    return List.of(
        answer.statusCode(), answer.headers().firstValue("retry-after").orElse(""), answer.body());
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void everyRefusalHasItsStatusAndItsReason(HttpClient.Version version) throws Exception {
    var client = scene.client(version);
    String[] key = {"Authorization", "Bearer k"};
    var raised = ask(client, SERVICE + "/score", key);
    assertThat(raised.version()).isEqualTo(version);
    assertThat(told(raised)).containsExactly(502, "", "the script raised");
    assertThat(told(ask(client, SERVICE + "/break", key)))
        .containsExactly(
            502,
            "",
            "{\"message\":\"The replica of service s broke off before it had answered.\"}");
    assertThat(told(ask(client, "/api/v1/service/t/score")))
        .containsExactly(404, "", "{\"message\":\"No service t on localhost.\"}");
    assertThat(told(ask(client, "/score")))
        .containsExactly(
            404,
            "",
            "{\"message\":\"Web services are found under /api/v1/service/<name>/; this path is not.\"}");
    assertThat(told(ask(client, SERVICE + "/score")))
        .containsExactly(
            401,
            "",
            "{\"message\":\"Service s wants its key: send the header 'Authorization: Bearer <key>'.\"}");
    assertThat(told(ask(client, SERVICE + "/score", "Authorization", "Bearer x")))
        .containsExactly(
            401, "", "{\"message\":\"The key is not one of the two keys of service s.\"}");
    assertThat(
            told(
                ask(
                    client,
                    SERVICE + "/score",
                    "Authorization",
                    "Bearer k",
                    "azureml-model-deployment",
                    "w")))
        .containsExactly(
            404,
            "",
            "{\"message\":\"Service s has no version w, which the header azureml-model-deployment names.\"}");
    assertThat(told(ask(client, "/api/v1/service/soon/score")))
        .containsExactly(
            503,
            "1",
            "{\"message\":\"No ready replicas for service soon: the environment is built\"}");
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void pastTheLimitsItSaysSoAndNeverHangs(HttpClient.Version version) throws Exception {
    var client = scene.client(version);
    var slow =
        client.sendAsync(
            scene.request(SERVICE + "/hang").header("Authorization", "Bearer k").build(),
            HttpResponse.BodyHandlers.ofString());
    working.await();
    long began = System.nanoTime();
    assertThat(told(ask(client, SERVICE + "/score", "Authorization", "Bearer k")))
        .containsExactly(
            503, "1", "{\"message\":\"Too many requests for service s (overloaded)\"}");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    assertThat(told(slow.get()))
        .containsExactly(504, "", "{\"message\":\"No answer of service s within 1500 ms.\"}");
  }
}
