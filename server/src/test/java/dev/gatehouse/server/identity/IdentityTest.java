package dev.gatehouse.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class IdentityTest {
  @TempDir Path folder;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private Database database;
  private Identity identity;
  private Router router;

  @BeforeEach
  void start() throws IOException {
    InstantSource clock = now::get;
    database = Database.open(folder.resolve("state.db"));
    var installation = new Installation(database, Sealer.open(folder.resolve("master.key")));
    identity = new Identity(installation, database, clock, new SecureRandom());
    router = new Router(identity.tokens());
    identity.addTo(router);
    router.route(
        "GET", "/own", Envelope.ARM, r -> Response.text(200, "text/plain", r.caller().subject()));
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private Response form(String path, String body) {
    return router.handle(Requests.of("POST", path, body, Map.of()));
  }

  private static JsonNode json(Response response) {
    return Json.parse(Requests.text(response));
  }

  private Response own(String token) {
    return router.handle(
        Requests.of("GET", "/own", "", Map.of("authorization", "Bearer " + token)));
  }

  private String credentials() {
    return "client_id=" + identity.admin().id() + "&client_secret=" + identity.admin().secret();
  }

  @Test
  void givesATokenForTheSecretThatOpensTheControlPlane() {
    JsonNode answer =
        json(form("/adfs/oauth2/token", "grant_type=client_credentials&" + credentials()));
    assertThat(answer.path("expires_in").isNumber()).isTrue();
    assertThat(Requests.text(own(answer.path("access_token").asString())))
        .isEqualTo(identity.admin().id());
  }

  @Test
  void putsExpiryAndTenantIntoTheToken() {
    String token =
        json(form("/adfs/oauth2/token", "grant_type=client_credentials&" + credentials()))
            .path("access_token")
            .asString();
    JsonNode claims = Json.parse(new String(Base64.getUrlDecoder().decode(token.split("\\.")[1])));
    assertThat(claims.path("exp").isNumber()).isTrue();
    assertThat(claims.path("tid").asString()).isEqualTo(identity.admin().tenant());
  }

  @Test
  void refusesAWrongSecretWithASentence() {
    Response refused =
        form(
            "/adfs/oauth2/token",
            "grant_type=client_credentials&client_secret=x&client_id=" + identity.admin().id());
    assertThat(refused.status()).isEqualTo(401);
    assertThat(json(refused).path("error").asString()).isEqualTo("invalid_client");
    assertThat(json(refused).path("error_description").asString()).contains("secret is wrong");
  }

  @Test
  void refusesUnknownGrants() {
    assertThat(json(form("/adfs/oauth2/token", "grant_type=password")).path("error").asString())
        .isEqualTo("unsupported_grant_type");
  }

  @Test
  void refusesExpiredForeignAndGarbledTokens() {
    String token =
        json(form("/adfs/oauth2/token", "grant_type=client_credentials&" + credentials()))
            .path("access_token")
            .asString();
    now.updateAndGet(i -> i.plus(Duration.ofHours(2)));
    assertThat(Requests.text(own(token))).contains("expired");
    assertThat(own("x.y.z").status()).isEqualTo(401);
    assertThat(own(token.substring(0, token.length() - 8) + "AAAAAAAA").status()).isEqualTo(401);
    assertThat(router.handle(Requests.get("/own")).status()).isEqualTo(401);
  }

  @Test
  void looksAgainAtATokenThatItHasSeen() {
    String token =
        identity.tokens().issue(identity.admin(), AccessTokens.CONTROL_PLANE, AccessTokens.LIFE);
    assertThat(own(token).status()).isEqualTo(200);
    assertThat(own(token).status()).isEqualTo(200);
    String signature = token.substring(token.lastIndexOf('.') + 1);
    assertThat(own(token.replace(signature, signature.substring(1) + "A")).status()).isEqualTo(401);
    now.set(now.get().plus(AccessTokens.LIFE).plusSeconds(1));
    assertThat(own(token).status()).isEqualTo(401);
  }

  @Test
  void signsADeviceInAfterItsUserApproved() {
    JsonNode codes = json(form("/adfs/oauth2/devicecode", "client_id=c"));
    String poll =
        "grant_type=device_code&client_id=c&device_code=" + codes.path("device_code").asString();
    assertThat(json(form("/adfs/oauth2/token", poll)).path("error").asString())
        .isEqualTo("authorization_pending");
    String code = codes.path("user_code").asString().toLowerCase(Locale.ROOT);
    assertThat(form("/adfs/device", "user_code=" + code + "&" + credentials()).status())
        .isEqualTo(200);
    JsonNode signedIn = json(form("/adfs/oauth2/token", poll));
    assertThat(own(signedIn.path("access_token").asString()).status()).isEqualTo(200);
    assertThat(json(form("/adfs/oauth2/token", poll)).path("error").asString())
        .isEqualTo("expired_token");
    String refresh =
        "grant_type=refresh_token&refresh_token=" + signedIn.path("refresh_token").asString();
    assertThat(form("/adfs/oauth2/token", refresh).status()).isEqualTo(200);
    assertThat(own(signedIn.path("refresh_token").asString()).status()).isEqualTo(401);
  }

  @Test
  void letsNobodyGuessAtADeviceCode() {
    String code = json(form("/adfs/oauth2/devicecode", "client_id=c")).path("user_code").asString();
    for (int i = 0; i < DeviceLogins.MAX_ATTEMPTS; i++) {
      assertThat(
              form("/adfs/device", "user_code=" + code + "&client_id=x&client_secret=y").status())
          .isEqualTo(401);
    }
    assertThat(form("/adfs/device", "user_code=" + code + "&" + credentials()).status())
        .isEqualTo(400);
  }

  @Test
  void givesTheManagedIdentityItsTokenOnlyUnderItsSecretPath() {
    Response given = form("/msi/token/" + identity.admin().managedIdentityPath(), "resource=r");
    assertThat(json(given).path("expires_on").isString()).isTrue();
    assertThat(own(json(given).path("access_token").asString()).status()).isEqualTo(200);
    assertThat(form("/msi/token/guess", "resource=r").status()).isEqualTo(401);
    String path = "/msi/token/" + identity.admin().managedIdentityPath() + "/?resource=r";
    assertThat(router.handle(Requests.get(path)).status()).isEqualTo(200);
  }

  @Test
  void tellsTheCloudsEndpointsWithTheHostThatTheClientUsed() {
    JsonNode cloud = json(router.handle(Requests.get("/metadata/endpoints"))).get(0);
    assertThat(cloud.path("resourceManager").asString()).isEqualTo("https://127.0.0.1:8443");
    assertThat(cloud.at("/authentication/loginEndpoint").asString())
        .isEqualTo("https://127.0.0.1:8443/adfs");
    JsonNode configuration =
        json(router.handle(Requests.get("/any/b2c_x/v2.0/.well-known/openid-configuration")));
    assertThat(configuration.path("token_endpoint").asString()).endsWith("/adfs/oauth2/token");
    assertThat(
            json(router.handle(Requests.get("/adfs/discovery/keys"))).at("/keys/0/crv").asString())
        .isEqualTo("P-256");
  }

  @Test
  void keepsPrincipalAndKeyThroughARestart() throws IOException {
    var installation = new Installation(database, Sealer.open(folder.resolve("master.key")));
    var again = new Identity(installation, database, now::get, new SecureRandom());
    assertThat(again.admin()).isEqualTo(identity.admin());
    assertThat(again.admin().toString()).doesNotContain(again.admin().secret());
  }
}
