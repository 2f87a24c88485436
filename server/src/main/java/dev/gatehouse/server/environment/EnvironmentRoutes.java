package dev.gatehouse.server.environment;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** Environments and their versions (PROTOCOL.md 10). */
public final class EnvironmentRoutes {
  private static final String ROOT = "/environment/v1.0" + Workspaces.PATH + "/environments";
  private static final String LATEST = ROOT + "/{name}";
  private static final String ONE = LATEST + "/versions/{version}";
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}");
  private static final Pattern VERSION = Pattern.compile("[a-zA-Z0-9_.-]{1,255}");

  private final Workspaces workspaces;
  private final EnvironmentTable table;
  private final InstantSource clock;

  public EnvironmentRoutes(Workspaces workspaces, Database database, InstantSource clock) {
    this.workspaces = workspaces;
    this.table = new EnvironmentTable(database);
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .route("GET", ROOT, Envelope.ARM, this::list)
        .route("PUT", LATEST, Envelope.ARM, this::register)
        .route("GET", LATEST, Envelope.ARM, r -> Response.ok(describe(latest(r))))
        .route("GET", LATEST + "/image", Envelope.ARM, r -> Response.ok(image(latest(r))))
        .route("PUT", ONE, Envelope.ARM, this::registerVersion)
        .route("GET", ONE, Envelope.ARM, r -> Response.ok(describe(version(r))))
        .route("GET", ONE + "/image", Envelope.ARM, r -> Response.ok(image(version(r))));
  }

  private Response register(Request request) throws IOException {
    String workspaceId = workspaces.require(request).id();
    ObjectNode definition = definition(request.json());
    return Response.ok(describe(table.add(workspaceId, checkedName(request), definition, now())));
  }

  private Response registerVersion(Request request) throws IOException {
    String workspaceId = workspaces.require(request).id();
    String version = request.parameter("version");
    if (!VERSION.matcher(version).matches()) {
      throw ProblemException.invalid(
          "The environment version '%s' is refused (expected: 1 to 255 letters, digits, '_', '-' and '.')."
              .formatted(version));
    }
    var row = new EnvironmentTable.Row(checkedName(request), version, definition(request.json()));
    return Response.ok(describe(table.add(workspaceId, row, now())));
  }

  private Response list(Request request) {
    ObjectNode body = Json.object();
    var value = body.putArray("value");
    table.list(workspaces.require(request).id()).forEach(row -> value.add(describe(row)));
    body.putNull("continuationToken");
    return Response.ok(body);
  }

  private EnvironmentTable.Row latest(Request request) {
    String name = request.parameter("name");
    return table
        .latest(workspaces.require(request).id(), name)
        .orElseThrow(() -> notFound("There is no environment '" + name + "'; register it first."));
  }

  private EnvironmentTable.Row version(Request request) {
    String name = request.parameter("name");
    String version = request.parameter("version");
    return table
        .find(workspaces.require(request).id(), name, version)
        .orElseThrow(() ->
            notFound("There is no version %s of the environment '%s'.".formatted(version, name)));
  }

  private static ProblemException notFound(String message) {
    return new ProblemException(new Problem.NotFound("EnvironmentNotFound", message));
  }

  private static String checkedName(Request request) {
    String name = request.parameter("name");
    if (!NAME.matcher(name).matches()) {
      throw ProblemException.invalid(
          "The environment name '%s' is refused (expected: 1 to 255 letters, digits, '_', '-' and '.', the first no '-' or '.')."
              .formatted(name));
    }
    return name;
  }

  /** Members come as {@code Docker} or {@code docker} and are kept as {@code docker}. */
  private static ObjectNode definition(ObjectNode sent) {
    ObjectNode definition = Json.object();
    for (var member : sent.properties()) {
      String key = member.getKey();
      if (!key.isEmpty()) {
        String camel = key.substring(0, 1).toLowerCase(Locale.ROOT) + key.substring(1);
        if (!camel.equals("name") && !camel.equals("version")) {
          definition.set(camel, member.getValue());
        }
      }
    }
    if (!definition.path("python").isObject()) {
      throw ProblemException.invalid(
          "'python' is missing; send the environment's definition with its Python part.");
    }
    RegistryPassword.forget(definition);
    return definition;
  }

  private static ObjectNode describe(EnvironmentTable.Row row) {
    ObjectNode body = Json.object().put("name", row.name()).put("version", row.version());
    body.setAll((ObjectNode) row.definition());
    return body;
  }

  /** No registry is involved: an image has only the name that a build would give it. */
  private static ObjectNode image(EnvironmentTable.Row row) {
    ObjectNode body = Json.object().put("imageExistsInRegistry", false);
    body.putObject("dockerImage")
        .put("name", "azureml/azureml_" + fingerprint(row))
        .putObject("registry")
        .put("address", "")
        .put("username", "")
        .put("password", "");
    body.set("environment", describe(row));
    return body;
  }

  private static String fingerprint(EnvironmentTable.Row row) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(row.definition().toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private String now() {
    return clock.instant().toString();
  }
}
