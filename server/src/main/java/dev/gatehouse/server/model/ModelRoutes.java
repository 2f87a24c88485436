package dev.gatehouse.server.model;

import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** Assets and models (PROTOCOL.md 8). */
public final class ModelRoutes {
  private static final String ROOT = "/modelmanagement/v1.0" + Workspaces.PATH;
  private static final String ONE = ROOT + "/models/{id}";

  private final Workspaces workspaces;
  private final Models models;
  private final ModelUse use;

  public ModelRoutes(Workspaces workspaces, Models models, ModelUse use) {
    this.workspaces = workspaces;
    this.models = models;
    this.use = use;
  }

  public void addTo(Router router) {
    router
        .route("POST", ROOT + "/assets", Envelope.FLAT, this::createAsset)
        .route("GET", ROOT + "/assets/{id}", Envelope.FLAT, this::asset)
        .route("POST", ROOT + "/models", Envelope.FLAT, this::register)
        .route("GET", ROOT + "/models", Envelope.FLAT, this::list)
        .route("GET", ONE, Envelope.FLAT, this::one)
        .route("PATCH", ONE, Envelope.FLAT, this::patch)
        .route("DELETE", ONE, Envelope.FLAT, this::delete);
  }

  private Response createAsset(Request request) throws IOException {
    return Response.ok(models.assets().create(workspace(request), request.json()));
  }

  private Response asset(Request request) {
    return Response.ok(models.assets().require(workspace(request), request.parameter("id")));
  }

  private Response register(Request request) throws IOException {
    return Response.ok(
        models.register(workspace(request), request.json(), request.caller()).document());
  }

  private Response one(Request request) {
    return Response.ok(models.require(workspace(request), request.parameter("id")).document());
  }

  private Response patch(Request request) throws IOException {
    return Response.ok(
        models.patch(workspace(request), request.parameter("id"), request.jsonValue()).document());
  }

  private Response delete(Request request) {
    models.delete(workspace(request), request.parameter("id"), use);
    return Response.empty(200);
  }

  private Response list(Request request) {
    ModelQuery query = ModelQuery.of(request);
    List<ModelTable.Row> found = models.list(workspace(request), query, query.count() + 1);
    boolean more = found.size() > query.count();
    List<ModelTable.Row> page = more ? found.subList(0, query.count()) : found;
    ObjectNode body = Json.object();
    var value = body.putArray("value");
    page.forEach(row -> value.add(row.model().document()));
    if (more) {
      body.put("nextLink", next(request, page.getLast().sequence()));
    }
    return Response.ok(body);
  }

  /** The same request, from after that place on; the client reads only its {@code $skipToken}. */
  private static String next(Request request, long after) {
    String others =
        request.query().entrySet().stream()
            .filter(entry -> !"$skipToken".equals(entry.getKey()))
            .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()) + "&")
            .collect(Collectors.joining());
    return request.base() + request.path() + "?" + others + "$skipToken=" + after;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private String workspace(Request request) {
    return workspaces.require(request).id();
  }
}
