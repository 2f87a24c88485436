package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {
  private static final String SCORE = "/api/v1/service/s/score";

  @TempDir Path folder;
  private Scene scene;
  private Replica replica;

  @BeforeEach
  void open() throws Exception {
    scene = new Scene(folder, settings -> settings.withStrictTransport(Duration.ofDays(1)));
    replica =
        scene.replica(call -> {
          String body = new String(call.body());
          call.answer(200, call.line + "|" + call.headers + "|" + body);
        });
    scene.serve(Scene.limits(), replica);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // both lengths
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        // two lengths
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n\r\nhello",
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello",
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x5\r\n\r\nhello",
        // codings
        "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /x HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        // names and lines
        "GET /x HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello",
        "GET /x HTTP/1.1\nHost: localhost\n\n",
        "GET /x HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n",
        // hosts
        "GET /x HTTP/1.1\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: localhost:port\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: \r\n\r\n",
        "GET http://other/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        // targets
        "GET x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /x#y HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/v1/service/s/../t HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/v1/service/s/%2E%2e/t HTTP/1.1\r\nHost: localhost\r\n\r\n",
      })
  void refusesWhatTwoParsersCouldReadDifferently(String request) throws Exception {
    var reply = scene.wire().ask(request);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body()).startsWith("{\"message\":\"");
    assertThat(replica.requests).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zz\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "-1\r\nhello\r\n0\r\n\r\n"
      })
  void refusesBrokenChunks(String chunks) throws Exception {
    var reply =
        scene
            .wire()
            .ask(
                "POST "
                    + SCORE
                    + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + chunks);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(replica.requests).hasValue(0);
  }

  @Test
  void closesAfterARequestThatItCouldNotRead() throws Exception {
    var wire = scene.wire();
    var reply = wire.ask("GET /x HTTP/1.1\r\nHost : localhost\r\n\r\n");
    assertThat(reply.header("connection")).isEqualTo("close");
    assertThat(wire.closed()).isTrue();
  }

  @Test
  void refusesLongLinesAndLongHeaders() throws Exception {
    assertThat(scene.wire().ask(Scene.get("/" + "x".repeat(9_000))).status()).isEqualTo(414);
    assertThat(scene.wire().ask(Scene.get("/", "X: " + "x".repeat(40_000))).status())
        .isEqualTo(431);
  }

  @Test
  void answersRequestsSentAheadInTheirOrder() throws Exception {
    var wire = scene.wire();
    wire.send(
        Scene.post(SCORE, "one")
            + Scene.get("/nowhere")
            + Scene.post(SCORE, "two")
            + Scene.post(SCORE, "three"));
    assertThat(wire.reply().body()).endsWith("|one");
    assertThat(wire.reply().status()).isEqualTo(404);
    assertThat(wire.reply().body()).endsWith("|two");
    assertThat(wire.reply().body()).endsWith("|three");
  }

  @Test
  void passesThePathBelowTheServiceAndTheQuery() throws Exception {
    var wire = scene.wire();
    assertThat(wire.ask(Scene.get(SCORE + "?a=b%20c")).body())
        .startsWith("GET /score?a=b%20c HTTP/1.1|");
    assertThat(wire.ask(Scene.get("/api/v1/service/s")).body()).startsWith("GET / HTTP/1.1|");
    assertThat(
            wire.ask("GET https://localhost" + SCORE + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .body())
        .startsWith("GET /score HTTP/1.1|");
  }

  @Test
  void dropsHopByHopHeadersAndWhatClientsSayOfThemselves() throws Exception {
    String body =
        scene
            .wire()
            .ask(
                Scene.post(
                    SCORE,
                    "hello",
                    "Connection: keep-alive, X-Hop, Content-Length",
                    "X-Hop: 1",
                    "TE: trailers",
                    "X-Forwarded-For: 6.6.6.6",
                    "X-Forwarded-Proto: ftp",
                    "Forwarded: for=6.6.6.6",
                    "X-Stays: yes"))
            .body();
    assertThat(body)
        .contains("x-stays=yes", "x-forwarded-for=127.0.0.1", "x-forwarded-proto=https")
        .contains("x-forwarded-host=localhost", "|hello")
        .doesNotContain("x-hop=", "te=", "6.6.6.6", "ftp");
  }

  @Test
  void keepsTheClientsRequestIdOrMakesOne() throws Exception {
    var wire = scene.wire();
    var kept = wire.ask(Scene.get(SCORE, "x-ms-request-id: mine"));
    assertThat(kept.header("x-ms-request-id")).isEqualTo("mine");
    assertThat(kept.body()).contains("x-ms-request-id=mine", "x-request-id=mine");
    var made = wire.ask(Scene.get(SCORE)).header("x-ms-request-id");
    assertThat(made).hasSize(36);
  }

  @Test
  void setsHstsOnTlsOnly() throws Exception {
    assertThat(scene.wire().ask(Scene.get(SCORE)).header("strict-transport-security"))
        .isEqualTo("max-age=86400");
    assertThat(scene.plain().ask(Scene.get(SCORE)).headers())
        .doesNotContainKey("strict-transport-security");
  }

  @Test
  void answersAnExpectationOfContinue() throws Exception {
    var wire = scene.wire();
    wire.send(
        "POST "
            + SCORE
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assertThat(wire.reply(true).status()).isEqualTo(100);
    var reply = wire.ask("ok");
    assertThat(reply.body()).endsWith("|ok").doesNotContain("expect");
    assertThat(scene.wire().ask(Scene.get(SCORE, "Expect: tea")).status()).isEqualTo(417);
  }

  @Test
  void refusesABodyTooLargeWithoutAskingForIt() throws Exception {
    scene.close();
    scene = new Scene(folder, settings -> settings.withMaxBody(1_000));
    replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    var reply =
        wire.ask(
            "POST "
                + SCORE
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.body()).contains("1000 bytes");
  }

  @Test
  void refusesAStreamThatGrowsTooLarge() throws Exception {
    scene.close();
    scene = new Scene(folder, settings -> settings.withMaxBody(1_000));
    replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    wire.send(
        "POST " + SCORE + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire.send("3e9\r\n" + "x".repeat(1_001) + "\r\n");
    assertThat(wire.reply().status()).isEqualTo(413);
    assertThat(replica.requests).hasValue(0);
  }

  @Test
  void refusesTooLargeOverHttp2AndKeepsTheConnection() throws Exception {
    scene.close();
    scene = new Scene(folder, settings -> settings.withMaxBody(1_000));
    replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    var client = scene.client(HttpClient.Version.HTTP_2);
    var large =
        scene.request(SCORE).POST(HttpRequest.BodyPublishers.ofByteArray(new byte[1_001])).build();
    assertThat(client.send(large, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(413);
    var small = scene.request(SCORE).POST(HttpRequest.BodyPublishers.ofString("x")).build();
    assertThat(client.send(small, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void answersHeadWithoutABodyAndKeepsTheConnection() throws Exception {
    var wire = scene.wire();
    wire.send("HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(wire.reply(true).status()).isEqualTo(404);
    assertThat(wire.ask(Scene.get(SCORE)).status()).isEqualTo(200);
  }

  @Test
  void closesAfterAnAnswerToHttp10OrWhenAsked() throws Exception {
    var old = scene.wire();
    assertThat(old.ask("GET " + SCORE + " HTTP/1.0\r\nHost: localhost\r\n\r\n").status())
        .isEqualTo(200);
    assertThat(old.closed()).isTrue();
    var asked = scene.wire();
    assertThat(asked.ask(Scene.get(SCORE, "Connection: close")).header("connection"))
        .isEqualTo("close");
    assertThat(asked.closed()).isTrue();
  }

  @Test
  void refusesOtherVersionsAndMethods() throws Exception {
    assertThat(scene.wire().ask("GET /x HTTP/2.1\r\nHost: localhost\r\n\r\n").status())
        .isEqualTo(505);
    assertThat(scene.wire().ask("TRACE /x HTTP/1.1\r\nHost: localhost\r\n\r\n").status())
        .isEqualTo(405);
  }

  @Test
  void endsSlowHeadsAndStalledBodiesAndIdleConnections() throws Exception {
    scene.close();
    var quick = Duration.ofMillis(80);
    scene =
        new Scene(
            folder,
            settings ->
                settings.withTimeouts(
                    new dev.gatehouse.gateway.http.Timeouts(
                        Duration.ofSeconds(5), quick, quick, quick)));
    replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    assertThat(scene.wire().ask("GET / HT").status()).isEqualTo(408);
    assertThat(
            scene
                .wire()
                .ask("POST " + SCORE + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx")
                .status())
        .isEqualTo(408);
    var idle = scene.wire();
    assertThat(idle.ask(Scene.get(SCORE)).status()).isEqualTo(200);
    assertThat(idle.closed()).isTrue();
  }

  @Test
  void sendsATargetsRequestsOnAnotherTargetsConnectionAway() throws Exception {
    var other = Scene.AUTHORITY.issue("other.test");
    var service =
        Scene.service("s", new Access.Open(), Scene.version("v", 100, Scene.limits(), replica));
    scene.gateway.update(now ->
        now.withCertificate("other.test", other)
            .withHost("other.test", Scene.target())
            .withHost("alias.test", Scene.target(service)));
    String asking = "GET " + SCORE + " HTTP/1.1\r\nHost: %s\r\n\r\n";
    assertThat(scene.wire().ask(asking.formatted("other.test")).status()).isEqualTo(421);
    assertThat(scene.wire().ask(asking.formatted("nobody.test")).status()).isEqualTo(421);
    assertThat(scene.wire().ask(asking.formatted("LocalHost:8443")).status()).isEqualTo(200);
    assertThat(scene.wire("").ask(asking.formatted("localhost")).status()).isEqualTo(200);
    assertThat(scene.wire("").ask(asking.formatted("[::1]:443")).status()).isEqualTo(404);
  }

  @Test
  void anUnknownServiceOrPathIsNotFound() throws Exception {
    var wire = scene.wire();
    assertThat(wire.ask(Scene.get("/api/v1/service/t/score")).body())
        .isEqualTo("{\"message\":\"No service t on localhost.\"}");
    assertThat(wire.ask(Scene.get("/score")).status()).isEqualTo(404);
  }

  @Test
  void servesOverPlainHttpOnlyWhatIsMeantFor() throws Exception {
    assertThat(scene.plain().ask(Scene.get(SCORE)).body())
        .isEqualTo("{\"message\":\"No service s is served over plain HTTP.\"}");
    var service =
        Scene.service("s", new Access.Open(), Scene.version("v", 100, Scene.limits(), replica));
    scene.gateway.update(now -> now.withPlain(service));
    assertThat(scene.plain().ask(Scene.get(SCORE)).body()).contains("x-forwarded-proto=http,");
    scene.gateway.update(now -> now.withoutPlain("s"));
    assertThat(scene.plain().ask(Scene.get(SCORE)).status()).isEqualTo(404);
  }
}
