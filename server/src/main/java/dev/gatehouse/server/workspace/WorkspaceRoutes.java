package dev.gatehouse.server.workspace;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspaces.Described;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reading, updating and deleting workspaces, and their discovery (PROTOCOL.md 4.2, 4.3, 5). */
public final class WorkspaceRoutes {
  private static final String LIST =
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces";
  private static final List<String> UPDATABLE =
      List.of(
          "friendlyName",
          "description",
          "imageBuildCompute",
          "allowPublicAccessWhenBehindVnet",
          "primaryUserAssignedIdentity",
          "serviceManagedResourcesSettings",
          "v1LegacyMode");

  private final Workspaces workspaces;
  private final WorkspaceUse use;

  public WorkspaceRoutes(Workspaces workspaces, WorkspaceUse use) {
    this.workspaces = workspaces;
    this.use = use;
  }

  public void addTo(Router router) {
    router
        .route(
            "GET",
            Workspaces.PATH,
            Envelope.ARM,
            r -> Response.ok(render(r, workspaces.describe(r))))
        .route("PATCH", Workspaces.PATH, Envelope.ARM, this::update)
        .route("DELETE", Workspaces.PATH, Envelope.ARM, this::delete)
        .route("POST", Workspaces.PATH + "/listKeys", Envelope.ARM, this::keys)
        .route("GET", LIST, Envelope.ARM, this::list)
        .route("GET", "/subscriptions/{subscription}/resources", Envelope.ARM, this::resources)
        .open("GET", "/discovery" + Workspaces.PATH, Envelope.ARM, this::discovery);
  }

  private Response update(Request request) throws IOException {
    ObjectNode sent = request.json();
    Described now = workspaces.describe(request);
    Optional<JsonNode> tags =
        sent.has("tags")
            ? Optional.of(sent.get("tags")).filter(Predicate.not(JsonNode::isNull))
            : now.tags();
    ObjectNode properties = now.properties().deepCopy();
    for (String member : UPDATABLE) {
      JsonNode value = sent.path("properties").path(member);
      if (!value.isMissingNode() && !value.isNull()) {
        properties.set(member, value);
      }
    }
    var changed = new Described(now.workspace(), tags, properties, now.created());
    workspaces.update(changed);
    return Response.ok(render(request, changed));
  }

  private Response delete(Request request) {
    Workspace workspace;
    try {
      workspace = workspaces.require(request);
    } catch (ProblemException e) {
      return Response.empty(204);
    }
    List<String> inhabitants = use.inhabitants(workspace.id());
    if (!inhabitants.isEmpty()) {
      throw new ProblemException(
          new Problem.Conflict(
              "WorkspaceNotEmpty",
              "The workspace '%s' still holds %s; delete them first."
                  .formatted(workspace.name(), String.join(", ", inhabitants))));
    }
    workspaces.delete(workspace);
    return Response.empty(200);
  }

  private Response keys(Request request) {
    workspaces.require(request);
    var body = Json.object().put("userStorageKey", "");
    body.putObject("containerRegistryCredentials").put("username", "").putArray("passwords");
    return Response.ok(body);
  }

  private Response list(Request request) {
    var body = Json.object();
    var value = body.putArray("value");
    workspaces
        .list(request.parameter("subscription"), request.parameter("group"))
        .forEach(w -> value.add(render(request, w)));
    return Response.ok(body);
  }

  private Response resources(Request request) {
    var body = Json.object();
    var value = body.putArray("value");
    for (Described w : workspaces.list(request.parameter("subscription"), "")) {
      ObjectNode full = render(request, w);
      full.remove(List.of("properties", "sku"));
      value.add(full);
    }
    return Response.ok(body);
  }

  private Response discovery(Request request) {
    workspaces.require(request);
    var body = Json.object();
    for (String service :
        new String[] {
          "api", "experimentation", "history", "hyperdrive", "modelmanagement", "studio"
        }) {
      body.put(service, request.base());
    }
    return Response.ok(body);
  }

  static ObjectNode render(Request request, Described described) {
    Workspace workspace = described.workspace();
    String armId = workspace.armId();
    String group = armId.substring(0, armId.indexOf("/providers/"));
    var body =
        Json.object()
            .put("id", armId)
            .put("name", workspace.name())
            .put("location", workspace.location());
    body.put("type", "Microsoft.MachineLearningServices/workspaces");
    body.set("tags", described.tags().orElseGet(Json::object));
    body.putObject("sku").put("name", "Basic").put("tier", "Basic");
    ObjectNode properties = body.putObject("properties");
    properties.put("friendlyName", workspace.name()).put("description", "");
    properties.put(
        "storageAccount", group + "/providers/Microsoft.Storage/storageAccounts/gatehouse");
    properties.put("keyVault", group + "/providers/Microsoft.KeyVault/vaults/gatehouse");
    properties.put(
        "applicationInsights", group + "/providers/Microsoft.Insights/components/gatehouse");
    properties.setAll(described.properties());
    properties.put("workspaceId", workspace.id());
    properties.put("discoveryUrl", request.base() + "/discovery" + armId);
    properties.put("creationTime", described.created());
    properties.put("provisioningState", "Succeeded");
    properties.put("hbiWorkspace", false);
    properties.putArray("privateEndpointConnections");
    return body;
  }
}
