package dev.gatehouse.server.identity;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The login authority: OpenID configuration, tokens, managed identity (PROTOCOL.md 2.2 to 2.4). */
final class TokenRoutes {
  private static final String DEVICE_CODE = "device_code";
  private static final Duration REFRESH_LIFE = Duration.ofDays(30);

  private final Admin admin;
  private final AccessTokens tokens;
  private final DeviceLogins devices;
  private final InstantSource clock;

  TokenRoutes(Admin admin, AccessTokens tokens, DeviceLogins devices, InstantSource clock) {
    this.admin = admin;
    this.tokens = tokens;
    this.devices = devices;
    this.clock = clock;
  }

  void addTo(Router router) {
    router
        .open(
            "GET",
            "/adfs/.well-known/openid-configuration",
            Envelope.OAUTH,
            r -> configuration(r, "/adfs"))
        .open(
            "GET",
            "/{tenant}/{policy}/v2.0/.well-known/openid-configuration",
            Envelope.OAUTH,
            r -> configuration(r, "/" + r.parameter("tenant") + "/" + r.parameter("policy")))
        .open("GET", "/adfs/discovery/keys", Envelope.OAUTH, _ -> keys())
        .open("POST", "/adfs/oauth2/token", Envelope.OAUTH, this::token)
        .open("POST", "/adfs/oauth2/devicecode", Envelope.OAUTH, this::deviceCode)
        .open("POST", "/msi/token/{path}", Envelope.OAUTH, r -> managedIdentity(r, r.form()))
        .open("GET", "/msi/token/{path}", Envelope.OAUTH, r -> managedIdentity(r, r.query()));
  }

  private Response configuration(Request request, String path) {
    String base = request.base();
    return Response.ok(
        Json.object()
            .put("issuer", base + path)
            .put("authorization_endpoint", base + "/adfs/oauth2/authorize")
            .put("token_endpoint", base + "/adfs/oauth2/token")
            .put("device_authorization_endpoint", base + "/adfs/oauth2/devicecode")
            .put("jwks_uri", base + "/adfs/discovery/keys"));
  }

  private Response keys() {
    var body = Json.object();
    body.putArray("keys").add(Json.parse(tokens.key().toPublicJWK().toJSONString()));
    return Response.ok(body);
  }

  private Response token(Request request) throws IOException {
    Map<String, String> form = request.form();
    String grant = form.getOrDefault("grant_type", "");
    return switch (grant.substring(grant.lastIndexOf(':') + 1)) {
      case "client_credentials" -> clientCredentials(form);
      case DEVICE_CODE -> device(request, form);
      case "refresh_token" -> refresh(request, form);
      default ->
          throw oauth(
              "unsupported_grant_type", "The grant type '" + grant + "' is not offered here.");
    };
  }

  private Response clientCredentials(Map<String, String> form) {
    String id = form.getOrDefault("client_id", "");
    if (form.containsKey("client_assertion")) {
      throw oauth(
          "invalid_client",
          "Certificates are not taken as credentials; send the principal's secret.");
    }
    if (!admin.is(id, form.getOrDefault("client_secret", ""))) {
      throw new ProblemException(
          new Problem.Unauthenticated(
              "invalid_client",
              "The secret is wrong for the principal '"
                  + id
                  + "'; './gatehouse env' prints the right one."));
    }
    return Response.ok(bearer());
  }

  private Response deviceCode(Request request) {
    DeviceLogins.Codes codes = devices.begin();
    String page = request.base() + "/adfs/device";
    return Response.ok(
        Json.object()
            .put(DEVICE_CODE, codes.deviceCode())
            .put("user_code", codes.userCode())
            .put("verification_uri", page)
            .put("verification_url", page)
            .put("interval", 5)
            .put("expires_in", DeviceLogins.LIFE.toSeconds())
            .put(
                "message",
                "To sign in, open " + page + " and enter the code " + codes.userCode() + "."));
  }

  private Response device(Request request, Map<String, String> form) {
    return switch (devices.take(form.getOrDefault(DEVICE_CODE, form.getOrDefault("code", "")))) {
      case PENDING -> throw oauth("authorization_pending", "Nobody has entered the code yet.");
      case UNKNOWN ->
          throw oauth("expired_token", "The code is unknown or has expired; start again.");
      case APPROVED -> Response.ok(userTokens(request, form));
    };
  }

  private Response refresh(Request request, Map<String, String> form) {
    tokens.check(form.getOrDefault("refresh_token", ""), AccessTokens.REFRESH);
    return Response.ok(userTokens(request, form));
  }

  private ObjectNode bearer() {
    return Json.object()
        .put("token_type", "Bearer")
        .put("access_token", tokens.issue(admin, AccessTokens.CONTROL_PLANE, AccessTokens.LIFE))
        .put("expires_in", AccessTokens.LIFE.toSeconds());
  }

  private ObjectNode userTokens(Request request, Map<String, String> form) {
    String client = form.getOrDefault("client_id", "");
    var info = Json.object().put("uid", admin.id()).put("utid", admin.tenant());
    return bearer()
        .put("refresh_token", tokens.issue(admin, AccessTokens.REFRESH, REFRESH_LIFE))
        .put("id_token", tokens.idToken(admin, request.base() + "/adfs", client))
        .put(
            "client_info",
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(info.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private Response managedIdentity(Request request, Map<String, String> values) {
    if (!admin.ownsManagedIdentity(request.parameter("path"))) {
      throw new ProblemException(
          new Problem.Unauthenticated(
              "invalid_client",
              "The managed identity's URL is wrong; './gatehouse env --managed-identity' prints it."));
    }
    return Response.ok(
        Json.object()
            .put("access_token", tokens.issue(admin, AccessTokens.CONTROL_PLANE, AccessTokens.LIFE))
            .put("token_type", "Bearer")
            .put(
                "expires_on",
                Long.toString(clock.instant().plus(AccessTokens.LIFE).getEpochSecond()))
            .put("expires_in", Long.toString(AccessTokens.LIFE.toSeconds()))
            .put("resource", values.getOrDefault("resource", "")));
  }

  private static ProblemException oauth(String code, String message) {
    return new ProblemException(new Problem.Invalid(code, message));
  }
}
