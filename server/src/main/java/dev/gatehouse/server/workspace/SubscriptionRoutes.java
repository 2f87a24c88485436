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
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Subscriptions, resource groups and the provider's locations (PROTOCOL.md 4.1 and the first steps
 * of 4.4).
 */
public final class SubscriptionRoutes {
  private static final String GROUP = "/subscriptions/{subscription}/resourceGroups/{group}";

  /** The public regions that v1 scripts name; the installation's own comes first. */
  private static final List<String> REGIONS =
      List.of(
          "East US",
          "East US 2",
          "Central US",
          "North Central US",
          "South Central US",
          "West Central US",
          "West US",
          "West US 2",
          "West US 3",
          "Canada Central",
          "Brazil South",
          "North Europe",
          "West Europe",
          "UK South",
          "France Central",
          "Germany West Central",
          "Switzerland North",
          "Norway East",
          "Sweden Central",
          "East Asia",
          "Southeast Asia",
          "Japan East",
          "Korea Central",
          "Australia East",
          "Central India",
          "UAE North",
          "South Africa North",
          "China East 2",
          "China North 3");

  private final Database database;
  private final String subscription;
  private final String region;
  private final String tenant;

  /**
   * The subscription is the installation's own; others come into being with their first resource
   * group.
   */
  public SubscriptionRoutes(Database database, String subscription, String region, String tenant) {
    this.database = database;
    this.subscription = subscription;
    this.region = region;
    this.tenant = tenant;
  }

  public void addTo(Router router) {
    router
        .route("GET", "/subscriptions", Envelope.ARM, _ -> subscriptions())
        .route(
            "GET",
            "/subscriptions/{subscription}",
            Envelope.ARM,
            r -> Response.ok(one(r.parameter("subscription"))))
        .route("GET", GROUP, Envelope.ARM, this::group)
        .route("PUT", GROUP, Envelope.ARM, this::putGroup)
        .route("GET", GROUP + "/resources", Envelope.ARM, _ -> emptyList())
        .route(
            "GET",
            "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices",
            Envelope.ARM,
            _ -> provider());
  }

  private Response subscriptions() {
    var known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    known.add(subscription);
    known.addAll(
        database
            .jdbi()
            .withHandle(h ->
                h.createQuery("SELECT DISTINCT subscription FROM resource_group")
                    .mapTo(String.class)
                    .list()));
    var body = Json.object();
    var value = body.putArray("value");
    known.forEach(id -> value.add(one(id)));
    return Response.ok(body);
  }

  private ObjectNode one(String id) {
    return Json.object()
        .put("id", "/subscriptions/" + id)
        .put("subscriptionId", id)
        .put("displayName", "Gatehouse")
        .put("state", "Enabled")
        .put("tenantId", tenant);
  }

  private Response group(Request request) {
    return find(request)
        .map(Response::ok)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "ResourceGroupNotFound",
                    "There is no resource group '" + request.parameter("group") + "'.")));
  }

  private Response putGroup(Request request) throws IOException {
    ObjectNode sent = request.json();
    JsonNode tags = sent.path("tags");
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO resource_group (subscription, name, location, tags) VALUES (?, ?, ?, ?)"
                    + " ON CONFLICT (subscription, name) DO UPDATE SET tags = excluded.tags",
                request.parameter("subscription"),
                request.parameter("group"),
                Json.text(sent, "location").orElse(region),
                tags.isObject() ? tags.toString() : null));
    return Response.json(201, find(request).orElseThrow());
  }

  private Optional<ObjectNode> find(Request request) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT * FROM resource_group WHERE subscription = ? AND name = ?")
                .bind(0, request.parameter("subscription"))
                .bind(1, request.parameter("group"))
                .map((rs, _) -> {
                  String name = rs.getString("name");
                  String tags = rs.getString("tags");
                  var body = Json.object();
                  body.put(
                      "id",
                      "/subscriptions/" + rs.getString("subscription") + "/resourceGroups/" + name);
                  body.put("name", name).put("type", "Microsoft.Resources/resourceGroups");
                  body.put("location", rs.getString("location"));
                  body.set("tags", tags == null ? Json.object() : Json.parse(tags));
                  body.putObject("properties").put("provisioningState", "Succeeded");
                  return body;
                })
                .findOne());
  }

  private static Response emptyList() {
    var body = Json.object();
    body.putArray("value");
    return Response.ok(body);
  }

  private Response provider() {
    var body = Json.object().put("namespace", "Microsoft.MachineLearningServices");
    var type = body.putArray("resourceTypes").addObject().put("resourceType", "workspaces");
    var locations = type.putArray("locations").add(region);
    REGIONS.forEach(locations::add);
    return Response.ok(body);
  }
}
