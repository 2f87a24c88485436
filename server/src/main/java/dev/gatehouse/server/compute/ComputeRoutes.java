package dev.gatehouse.server.compute;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspace;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** Compute targets, their operations, and the clusters they are made of (PROTOCOL.md 6). */
public final class ComputeRoutes {
  private static final String ALL = Workspaces.PATH + "/computes";
  private static final String ONE = ALL + "/{compute}";
  private static final String READ = "/rp/workspaces";
  private static final String CLUSTERS = "/gatehouse/clusters";

  private final Workspaces workspaces;
  private final Computes computes;
  private final Clusters clusters;
  private final Certificates certificates;
  private final ComputeUse use;

  public ComputeRoutes(
      Workspaces workspaces,
      Computes computes,
      Clusters clusters,
      Certificates certificates,
      ComputeUse use) {
    this.workspaces = workspaces;
    this.computes = computes;
    this.clusters = clusters;
    this.certificates = certificates;
    this.use = use;
  }

  public void addTo(Router router) {
    for (String prefix : new String[] {"", READ}) {
      router
          .route("GET", prefix + ALL, Envelope.ARM, this::list)
          .route("GET", prefix + ONE, Envelope.ARM, this::get);
    }
    router
        .route("PUT", ONE, Envelope.ARM, this::put)
        .route("DELETE", ONE, Envelope.ARM, this::delete)
        .route("POST", ONE + "/listKeys", Envelope.ARM, this::keys)
        .route("GET", Workspaces.PATH + "/computeOperations/{id}", Envelope.ARM, this::operation)
        .route("GET", CLUSTERS, Envelope.ARM, this::listClusters)
        .route("PUT", CLUSTERS + "/{group}/{name}", Envelope.ARM, this::registerCluster);
  }

  private Response list(Request request) {
    Workspace workspace = workspaces.require(request);
    var body = Json.object();
    var value = body.putArray("value");
    computes.list(workspace).forEach(compute -> value.add(render(workspace, compute)));
    return Response.ok(body);
  }

  private Response get(Request request) {
    Workspace workspace = workspaces.require(request);
    return Response.ok(
        render(workspace, computes.require(workspace, request.parameter("compute"))));
  }

  private Response put(Request request) throws IOException {
    Workspace workspace = workspaces.require(request);
    String name = request.parameter("compute");
    Computes.Accepted accepted = computes.put(workspace, name, request.json());
    ObjectNode body = render(workspace, computes.require(workspace, name));
    return polled(
        request,
        workspace,
        accepted.operation(),
        Response.json(accepted.created() ? 201 : 200, body));
  }

  private Response delete(Request request) {
    Workspace workspace = workspaces.require(request);
    String action = request.query("underlyingResourceAction").orElse("").toLowerCase(Locale.ROOT);
    if (!action.equals("delete") && !action.equals("detach")) {
      throw ProblemException.invalid(
          "The query parameter underlyingResourceAction is '"
              + action
              + "' (expected: delete, which takes the cluster along, or detach).");
    }
    String name = request.parameter("compute");
    Operation operation =
        computes.delete(workspace, name, action.equals("delete"), use.users(workspace.id(), name));
    return polled(request, workspace, operation, Response.empty(202));
  }

  private Response keys(Request request) {
    computes.require(workspaces.require(request), request.parameter("compute"));
    // Services run on this machine: there is no cluster to log in to.
    return Response.ok(
        Json.object()
            .putNull("userKubeConfig")
            .putNull("adminKubeConfig")
            .putNull("imagePullSecretName"));
  }

  private Response operation(Request request) {
    Workspace workspace = workspaces.require(request);
    String id = request.parameter("id");
    Operation operation =
        computes
            .operation(workspace, id)
            .orElseThrow(() ->
                new ProblemException(
                    new Problem.NotFound(
                        "OperationNotFound", "There is no compute operation '" + id + "'.")));
    return Response.ok(ComputeView.operation(operation));
  }

  private Response listClusters(Request request) {
    var body = Json.object();
    var value = body.putArray("value");
    clusters.list().forEach(place -> value.add(ComputeView.cluster(place.group(), place.name())));
    return Response.ok(body);
  }

  private Response registerCluster(Request request) {
    String group = request.parameter("group");
    String name = request.parameter("name");
    clusters.register(group, name);
    return Response.ok(ComputeView.cluster(group, name));
  }

  private ObjectNode render(Workspace workspace, Compute compute) {
    return ComputeView.compute(
        workspace,
        compute,
        certificates.standing(compute.id()),
        certificates.warnings(compute.id()));
  }

  private static Response polled(
      Request request, Workspace workspace, Operation operation, Response response) {
    return response.with(
        "Azure-AsyncOperation",
        request.base() + workspace.armId() + "/computeOperations/" + operation.id());
  }
}
