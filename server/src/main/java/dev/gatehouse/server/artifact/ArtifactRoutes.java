package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspace;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Artifacts by name (PROTOCOL.md 7.1 and 7.4); their bytes go through {@link BlobRoutes}. */
public final class ArtifactRoutes {
  private static final String ROOT = "/artifact/v2.0" + Workspaces.PATH + "/artifacts";
  private static final String PLACE = "/{origin}/{container}/{path...}";

  private final Workspaces workspaces;
  private final Artifacts artifacts;
  private final BlobLinks links;

  public ArtifactRoutes(Workspaces workspaces, Artifacts artifacts, BlobLinks links) {
    this.workspaces = workspaces;
    this.artifacts = artifacts;
    this.links = links;
  }

  public void addTo(Router router) {
    router
        .route("POST", ROOT + "/batch/metadata/{origin}/{container}", Envelope.ARM, this::create)
        .route("GET", ROOT + "/prefix/contentinfo" + PLACE, Envelope.ARM, this::links)
        .route("GET", ROOT + "/contentinfo" + PLACE, Envelope.ARM, this::link)
        .route("GET", ROOT + "/metadata" + PLACE, Envelope.ARM, this::metadata)
        .route("GET", ROOT + PLACE, Envelope.ARM, this::list);
  }

  private Response create(Request request) throws IOException {
    Workspace workspace = workspaces.require(request);
    Set<String> paths = paths(request.json());
    ObjectNode body = Json.object();
    ObjectNode described = body.putObject("artifacts");
    ObjectNode contents = body.putObject("artifactContentInformation");
    body.putObject("errors");
    for (String path : paths) {
      var place = place(request, path);
      var registered = artifacts.register(workspace.id(), place);
      described.set(path, describe(place, registered.created()));
      contents.set(path, content(place, links.upload(request, registered.blob())));
    }
    return Response.ok(body);
  }

  private static Set<String> paths(ObjectNode body) {
    JsonNode sent = body.path("paths");
    if (!sent.isArray() || sent.isEmpty()) {
      throw ProblemException.invalid("'paths' is missing; send a list of {\"path\": ...}.");
    }
    var paths = new LinkedHashSet<String>();
    for (JsonNode item : sent) {
      paths.add(Json.requiredText(item, "path"));
    }
    return paths;
  }

  private Response link(Request request) {
    var place = place(request, request.parameter("path"));
    var found = require(request, place);
    return Response.ok(content(place, links.download(request, found.blob())));
  }

  private Response metadata(Request request) {
    var place = place(request, request.parameter("path"));
    return Response.ok(describe(place, require(request, place).created()));
  }

  private Response links(Request request) {
    return page(request, (place, found) -> content(place, links.download(request, found.blob())));
  }

  private Response list(Request request) {
    return page(request, (place, found) -> describe(place, found.created()));
  }

  private Response page(Request request, Item item) {
    Workspace workspace = workspaces.require(request);
    ObjectNode body = Json.object();
    var value = body.putArray("value");
    for (var found :
        artifacts.uploaded(workspace.id(), place(request, request.parameter("path")))) {
      value.add(item.of(place(request, found.path()), found));
    }
    body.putNull("continuationToken");
    return Response.ok(body);
  }

  private interface Item {
    ObjectNode of(ArtifactReference place, Artifacts.Uploaded found);
  }

  private Artifacts.Uploaded require(Request request, ArtifactReference place) {
    return artifacts
        .find(workspaces.require(request).id(), place)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "ArtifactNotFound",
                    "There is no uploaded file '%s' in the container '%s' of '%s'."
                        .formatted(place.path(), place.container(), place.origin()))));
  }

  private static ArtifactReference place(Request request, String path) {
    return new ArtifactReference(request.parameter("origin"), request.parameter("container"), path);
  }

  private static ObjectNode describe(ArtifactReference place, String created) {
    ObjectNode node =
        Json.object()
            .put("artifactId", place.origin() + "/" + place.container() + "/" + place.path());
    return named(node, place).put("createdTime", created);
  }

  private static ObjectNode content(ArtifactReference place, String uri) {
    return named(Json.object().put("contentUri", uri), place);
  }

  private static ObjectNode named(ObjectNode node, ArtifactReference place) {
    return node.put("origin", place.origin())
        .put("container", place.container())
        .put("path", place.path());
  }
}
