package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrossOriginTest {
  private static final String SCORE = "/api/v1/service/s/score";
  private static final String PAGE = "https://www.contoso.test";

  @TempDir Path folder;
  private Scene scene;
  private Replica replica;

  @BeforeEach
  void open() throws Exception {
    scene = new Scene(folder);
    replica = scene.replica(call -> call.answer(200, "scored"));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void serve(String origins) {
    serve(origins, ClientRoots.NONE);
  }

  private void serve(String origins, ClientRoots clients) {
    scene.serve(
        new ServiceRoute(
            "id-s",
            "s",
            new Access.Keys("first", "second"),
            Origins.of(origins),
            clients,
            false,
            List.of(Scene.version("v", 100, Scene.limits(), replica))));
  }

  private static String preflight(String origin) {
    return Scene.get(
            SCORE,
            "Origin: " + origin,
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization,content-type")
        .replaceFirst("GET", "OPTIONS");
  }

  @Test
  void answersAPreflightBeforeItAsksForTheKey() throws Exception {
    serve(PAGE);
    var wire = scene.wire();
    var reply = wire.send(preflight(PAGE)).reply(true);
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.header("access-control-allow-origin")).isEqualTo(PAGE);
    assertThat(reply.header("access-control-allow-methods")).contains("POST");
    assertThat(reply.header("access-control-allow-headers"))
        .isEqualTo("authorization,content-type");
    assertThat(reply.header("vary")).isEqualTo("Origin");
    assertThat(replica.requests).hasValue(0);
    assertThat(
            wire.ask(Scene.post(SCORE, "{}", "Origin: " + PAGE, "Authorization: Bearer first"))
                .header("access-control-allow-origin"))
        .isEqualTo(PAGE);
  }

  @Test
  void answersAPreflightBeforeItAsksForTheClientCertificateAndThatBeforeTheKey() throws Exception {
    serve(PAGE, new Authority().clients());
    var wire = scene.wire();
    assertThat(wire.send(preflight(PAGE)).reply(true).status()).isEqualTo(204);
    var refused = wire.ask(Scene.post(SCORE, "{}", "Origin: " + PAGE));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("wants a client certificate");
    assertThat(refused.header("access-control-allow-origin")).isEqualTo(PAGE);
    assertThat(replica.requests).hasValue(0);
  }

  @Test
  void letsAPageReadARefusal() throws Exception {
    serve(PAGE);
    var reply = scene.wire().ask(Scene.post(SCORE, "{}", "Origin: " + PAGE));
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("access-control-allow-origin")).isEqualTo(PAGE);
    assertThat(reply.header("access-control-expose-headers")).contains("x-ms-request-id");
  }

  @Test
  void tellsAStrangerNothing() throws Exception {
    serve(PAGE);
    var wire = scene.wire();
    var reply = wire.send(preflight("https://evil.test")).reply(true);
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.headers()).doesNotContainKeys("access-control-allow-origin");
    assertThat(reply.headers()).doesNotContainKeys("access-control-allow-methods");
    assertThat(wire.ask(Scene.get(SCORE, "Authorization: Bearer first")).headers())
        .doesNotContainKey("access-control-allow-origin")
        .containsEntry("vary", "Origin");
  }

  @Test
  void letsEverybodyAskWithAStarAlsoOverHttp2() throws Exception {
    serve("*");
    var request =
        scene
            .request(SCORE)
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("Origin", PAGE)
            .header("Access-Control-Request-Method", "POST")
            .build();
    var answer =
        scene
            .client(HttpClient.Version.HTTP_2)
            .send(request, HttpResponse.BodyHandlers.discarding());
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("*");
  }

  @Test
  void asksForTheKeyWhereNoOriginIsSet() throws Exception {
    serve("");
    var reply = scene.wire().ask(preflight(PAGE));
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.headers()).doesNotContainKeys("vary", "access-control-allow-origin");
  }

  @Test
  void readsAListWithAndWithoutSchemes() {
    var origins = Origins.of("https://A.test:8443 , www.b.test,");
    assertThat(origins.allow("https://a.test:8443")).isTrue();
    assertThat(origins.allow("https://a.test")).isFalse();
    assertThat(origins.allow("http://www.b.test")).isTrue();
    assertThat(origins.allow("ftp://www.b.test")).isFalse();
    assertThat(origins.allow("null")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.test/", "https://*.a.test", "a b", "x\r\ny"})
  void namesWhatIsNoOrigin(String wrong) {
    assertThatThrownBy(() -> Origins.of("https://ok.test," + wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + wrong + "'")
        .hasMessageContaining("https://www.contoso.com");
  }
}
