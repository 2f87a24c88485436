package dev.gatehouse.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Calls with an access token, got as the SDK gets it and renewed before it runs out. */
public final class Session {
  private static final Duration MARGIN = Duration.ofMinutes(5);

  private final RestClient client;
  private final Credentials credentials;
  private final InstantSource clock;
  private @Nullable Token current;

  private record Token(Secret value, Instant until) {}

  public Session(RestClient client, Credentials credentials, InstantSource clock) {
    this.client = client;
    this.credentials = credentials;
    this.clock = clock;
  }

  public JsonNode get(String target) {
    return reply("GET", target).json();
  }

  /** Where the operation is of which a call gave the URL. */
  public OperationState operation(String url) {
    return OperationState.read(get(url));
  }

  /** For answers of which the status matters. */
  public Reply reply(String method, String target) {
    return client.send(method, target, authorization(), new byte[0]);
  }

  public Reply send(String method, String target, JsonNode document) {
    return client.send(method, target, authorization(), document).orProblem();
  }

  /** For calls that carry their authorization in the URL. */
  RestClient client() {
    return client;
  }

  private Map<String, String> authorization() {
    Token token = current;
    if (token == null || token.until().isBefore(clock.instant().plus(MARGIN))) {
      token = signIn();
      current = token;
    }
    return Map.of("Authorization", "Bearer " + token.value().value());
  }

  private Token signIn() {
    JsonNode cloud = client.get("/metadata/endpoints", Map.of()).json().path(0);
    JsonNode login = cloud.path("authentication");
    String configuration = Wire.text(login, "loginEndpoint") + "/.well-known/openid-configuration";
    String endpoint = Wire.text(client.get(configuration, Map.of()).json(), "token_endpoint");
    String form =
        "grant_type=client_credentials&client_id=%s&client_secret=%s&scope=%s"
            .formatted(
                encoded(credentials.clientId()),
                encoded(credentials.clientSecret().value()),
                encoded(login.path("audiences").path(0).asString("") + "/.default"));
    Map<String, String> type = Map.of("Content-Type", "application/x-www-form-urlencoded");
    JsonNode answer =
        client.send("POST", endpoint, type, form.getBytes(StandardCharsets.UTF_8)).json();
    return new Token(
        new Secret(Wire.text(answer, "access_token")),
        clock.instant().plusSeconds(Wire.number(answer, "expires_in")));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
