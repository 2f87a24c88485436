package dev.gatehouse.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.TestServer.Answer;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestClientTest {
  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(folder).withLogin();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void leavesTheUserOutOfAnUploadAddress() throws IOException {
    server.on("PUT /artifacts/k", _ -> new Answer(201, "", Map.of()));
    try (var client = new RestClient(Trust.of(server.ca), server.address())) {
      Reply reply =
          client.send(
              "PUT",
              "https://s.blob.x@" + server.address() + "/artifacts/k?sig=1",
              Map.of(),
              new byte[] {1});
      assertThat(reply.status()).isEqualTo(201);
    }
  }

  @Test
  void refusesAServerThatItDoesNotKnow() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    try (var stranger = new TestServer(other);
        var client = new RestClient(Trust.of(server.ca), stranger.address())) {
      assertThatThrownBy(() -> client.get("/", Map.of()))
          .hasMessageContaining("could not be verified");
    }
  }

  @Test
  void saysThatNobodyAnswers() throws Exception {
    Address gone;
    try (var short_ = new TestServer(Files.createDirectory(folder.resolve("short")))) {
      gone = short_.address();
    }
    try (var client = new RestClient(Trust.of(server.ca), gone)) {
      assertThatThrownBy(() -> client.get("/", Map.of()))
          .hasMessageContaining("does not answer")
          .hasMessageContaining(gone.toString());
    }
  }

  @Test
  void refusesAFileWithoutCertificates() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    Path garbage =
        Files.writeString(folder.resolve("garbage.pem"), "-----BEGIN CERTIFICATE-----\nx");
    assertThatThrownBy(() -> Trust.of(empty)).hasMessageContaining("holds no certificate");
    assertThatThrownBy(() -> Trust.of(garbage)).hasMessageContaining(garbage.toString());
  }

  @Test
  void signsInOnceAndAgainBeforeTheTokenRunsOut() throws IOException {
    server.on("GET /thing", "{\"a\":1}");
    var now = new AtomicReference<>(Instant.EPOCH);
    try (var client = new RestClient(Trust.of(server.ca), server.address())) {
      var session = new Session(client, credentials("right"), now::get);
      session.get("/thing");
      session.get("/thing");
      now.set(Instant.EPOCH.plusSeconds(3400));
      session.get("/thing");
    }
    assertThat(server.calls.stream().filter(call -> call.target().equals("/token"))).hasSize(2);
    assertThat(server.calls.getLast().headers().get("Authorization")).containsExactly("Bearer t");
  }

  @Test
  void tellsWhyTheSecretIsRefused() throws IOException {
    try (var client = new RestClient(Trust.of(server.ca), server.address())) {
      var session = new Session(client, credentials("stale"), Instant::now);
      assertThatThrownBy(() -> session.get("/thing")).hasMessage("invalid_client: wrong secret");
    }
  }

  static Credentials credentials(String secret) {
    return new Credentials("adfs", "me", new Secret(secret), new Secret("/msi/x"));
  }

  @Test
  void readsEveryEnvelopeAndEveryStatus() {
    assertThat(problem(400, "{\"code\":\"c\",\"message\":\"m\"}"))
        .isEqualTo(new Problem.Invalid("c", "m"));
    assertThat(problem(404, "{\"error\":{\"code\":\"c\",\"message\":\"m\"}}"))
        .isEqualTo(new Problem.NotFound("c", "m"));
    assertThat(problem(500, "")).isInstanceOf(Problem.Internal.class);
    assertThat(problem(502, "<html>").message()).isEqualTo("<html>");
    assertThat(problem(418, "x".repeat(500)).message()).hasSize(303);
    Map<Integer, Class<?>> kinds =
        Map.of(
            403, Problem.Forbidden.class,
            405, Problem.MethodNotAllowed.class,
            409, Problem.Conflict.class,
            412, Problem.InUse.class,
            413, Problem.TooLarge.class,
            507, Problem.NoSpace.class);
    kinds.forEach((status, kind) -> assertThat(problem(status, "{}")).isInstanceOf(kind));
  }

  private static Problem problem(int status, String body) {
    return reply(status, body).problem();
  }

  private static Reply reply(int status, String body) {
    return new Reply(
        status, HttpHeaders.of(Map.of(), (_, _) -> true), body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void doesNotTakeAPageForJson() {
    assertThatThrownBy(() -> reply(200, "<html>").json()).hasMessageContaining("cannot be read");
  }
}
