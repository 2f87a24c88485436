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
import tools.jackson.databind.node.ObjectNode;

/** The one datastore that every workspace has, and that is its default (PROTOCOL.md 11). */
public final class DatastoreRoutes {
  private static final String ROOT = "/datastore/v1.0" + Workspaces.PATH;
  private static final String NAME = "workspaceblobstore";

  private final Workspaces workspaces;
  private final BlobLinks links;

  public DatastoreRoutes(Workspaces workspaces, BlobLinks links) {
    this.workspaces = workspaces;
    this.links = links;
  }

  public void addTo(Router router) {
    router
        .route("GET", ROOT + "/default", Envelope.ARM, this::standard)
        .route("GET", ROOT + "/datastores", Envelope.ARM, this::list)
        .route("GET", ROOT + "/datastores/{name}", Envelope.ARM, this::one);
  }

  private Response standard(Request request) {
    return Response.ok(describe(request, workspaces.require(request)));
  }

  private Response one(Request request) {
    Workspace workspace = workspaces.require(request);
    if (!NAME.equals(request.parameter("name"))) {
      throw new ProblemException(
          new Problem.NotFound(
              "DatastoreNotFound",
              "There is no datastore '%s' in the workspace '%s'; it has '%s' only."
                  .formatted(request.parameter("name"), workspace.name(), NAME)));
    }
    return Response.ok(describe(request, workspace));
  }

  private Response list(Request request) {
    ObjectNode body = Json.object();
    body.putArray("value").add(describe(request, workspaces.require(request)));
    body.putNull("continuationToken");
    return Response.ok(body);
  }

  private ObjectNode describe(Request request, Workspace workspace) {
    String container = "azureml-blobstore-" + workspace.id();
    String token = links.container(container);
    ObjectNode store =
        Json.object()
            .put("name", NAME)
            .put("dataStoreType", "AzureBlob")
            .put("hasBeenValidated", true)
            .put("isDefault", true);
    store.putObject("tags");
    // The client makes https://{accountName}.blob.{endpoint} of these: the dots go into the user
    // part.
    store
        .putObject("azureStorageSection")
        .put("accountName", "s")
        .put(
            "endpoint",
            "x@" + request.base().substring("https://".length()) + "/" + BlobLinks.CONTAINERS)
        .put("protocol", "https")
        .put("containerName", container)
        .put("credential", token)
        .put("credentialType", "Sas")
        .put("isSas", true)
        .put("sasToken", token)
        .put("blobCacheTimeout", 0);
    return store;
  }
}
