package dev.gatehouse.server.workspace;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.state.Database;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How the SDK creates a workspace: as one resource of a template (PROTOCOL.md 4.4). The other
 * resources of the template (storage, key vault, insights) have no counterpart here and are passed
 * over.
 */
public final class DeploymentRoutes {
  private static final String TYPE = "Microsoft.MachineLearningServices/workspaces";
  private static final String GROUP = "/subscriptions/{subscription}/resourceGroups/{group}";
  private static final String PATH =
      GROUP + "/providers/Microsoft.Resources/deployments/{deployment}";

  private final Database database;
  private final Workspaces workspaces;
  private final InstantSource clock;

  public DeploymentRoutes(Database database, Workspaces workspaces, InstantSource clock) {
    this.database = database;
    this.workspaces = workspaces;
    this.clock = clock;
  }

  public void addTo(Router router) {
    router
        .route("PUT", PATH, Envelope.ARM, this::put)
        .route("GET", PATH, Envelope.ARM, r -> Response.ok(render(r)))
        .route("GET", PATH + "/status", Envelope.ARM, this::status)
        .route(
            "GET", GROUP + "/deployments/{deployment}/operations", Envelope.ARM, this::operations)
        .route(
            "GET",
            "/subscriptions/{subscription}/providers/Microsoft.Resources/deployments",
            Envelope.ARM,
            _ -> emptyList());
  }

  private Response put(Request request) throws IOException {
    JsonNode resource = workspaceOf(request.json());
    String name = Json.requiredText(resource, "name");
    var properties = Json.object();
    JsonNode sent = resource.path("properties");
    if (sent.path("friendlyName").isString()) {
      properties.set("friendlyName", sent.get("friendlyName"));
    }
    if (sent.path("description").isString()) {
      properties.set("description", sent.get("description"));
    }
    Optional<JsonNode> tags = Optional.of(resource.path("tags")).filter(JsonNode::isObject);
    var wanted =
        new Workspace(
            "",
            request.parameter("subscription"),
            request.parameter("group"),
            name,
            Json.requiredText(resource, "location"));
    workspaces.createIfAbsent(wanted, tags, properties);
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT OR REPLACE INTO deployment (subscription, resource_group, name, workspace, created_at)"
                    + " VALUES (?, ?, ?, ?, ?)",
                request.parameter("subscription"),
                request.parameter("group"),
                request.parameter("deployment"),
                name,
                clock.instant().toString()));
    ObjectNode body = render(request);
    ((ObjectNode) body.get("properties")).put("provisioningState", "Accepted");
    return Response.json(201, body)
        .with(
            "Azure-AsyncOperation",
            request.base() + request.path() + "/status?api-version=2019-10-01")
        .with("Retry-After", "0");
  }

  private static JsonNode workspaceOf(ObjectNode deployment) {
    JsonNode found = Json.object();
    for (JsonNode resource : deployment.path("properties").path("template").path("resources")) {
      if (TYPE.equalsIgnoreCase(resource.path("type").asString(""))) {
        found = resource;
      }
    }
    if (found.isEmpty()) {
      throw ProblemException.invalid(
          "The template has no resource of the type " + TYPE + ", the only one made here.");
    }
    return found;
  }

  private Response status(Request request) {
    workspace(request);
    return Response.ok(Json.object().put("status", "Succeeded"));
  }

  private Response operations(Request request) {
    Workspace workspace = workspace(request);
    var body = Json.object();
    var operation = body.putArray("value").addObject();
    operation.put("id", workspace.armId() + "/operations/1").put("operationId", "1");
    var properties =
        operation
            .putObject("properties")
            .put("provisioningState", "Succeeded")
            .put("duration", "PT0.1S");
    properties
        .putObject("targetResource")
        .put("id", workspace.armId())
        .put("resourceType", TYPE)
        .put("resourceName", workspace.name());
    return Response.ok(body);
  }

  private ObjectNode render(Request request) {
    Workspace workspace = workspace(request);
    String armId = workspace.armId();
    String name = request.parameter("deployment");
    var body = Json.object();
    body.put(
        "id",
        armId.substring(0, armId.indexOf("/providers/"))
            + "/providers/Microsoft.Resources/deployments/"
            + name);
    body.put("name", name).put("type", "Microsoft.Resources/deployments");
    body.putObject("properties").put("provisioningState", "Succeeded").put("mode", "Incremental");
    return body;
  }

  private Workspace workspace(Request request) {
    String subscription = request.parameter("subscription");
    String group = request.parameter("group");
    String name = request.parameter("deployment");
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT workspace FROM deployment WHERE subscription = ? AND resource_group = ? AND name = ?")
                .bind(0, subscription)
                .bind(1, group)
                .bind(2, name)
                .mapTo(String.class)
                .findOne())
        .flatMap(workspace -> workspaces.find(subscription, group, workspace))
        .map(Workspaces.Described::workspace)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "DeploymentNotFound", "There is no deployment '" + name + "'.")));
  }

  private static Response emptyList() {
    var body = Json.object();
    body.putArray("value");
    return Response.ok(body);
  }
}
