package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.OperationLog;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspace;
import dev.gatehouse.server.workspace.Workspaces;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The certificates of a workspace by the names of their owners, and their renewal on demand. */
public final class CertificateRoutes {
  private static final String ALL = Workspaces.PATH + "/certificates";
  private static final String ONE = ALL + "/{owner}";
  private static final String RENEW = "certificate-renew";

  private final Workspaces workspaces;
  private final Certificates certificates;
  private final Operations operations;
  private final Owner.Directory owners;

  /** Before the start of the operations. */
  public CertificateRoutes(
      Workspaces workspaces,
      Certificates certificates,
      Operations operations,
      Owner.Directory owners) {
    this.workspaces = workspaces;
    this.certificates = certificates;
    this.operations = operations;
    this.owners = owners;
    operations.define(RENEW, this::renew);
  }

  public void addTo(Router router) {
    router
        .route("GET", ALL, Envelope.ARM, this::list)
        .route("GET", ONE, Envelope.ARM, this::get)
        .route("POST", ONE + "/renew", Envelope.ARM, this::renewal)
        .route(
            "GET", Workspaces.PATH + "/certificateOperations/{id}", Envelope.ARM, this::operation);
  }

  private Response list(Request request) {
    var body = Json.object();
    var value = body.putArray("value");
    owners.of(workspaces.require(request).id()).stream()
        .flatMap(owner -> render(owner).stream())
        .forEach(value::add);
    return Response.ok(body);
  }

  private Response get(Request request) {
    return Response.ok(render(require(workspaces.require(request), request)).orElseThrow());
  }

  private Response renewal(Request request) {
    Workspace workspace = workspaces.require(request);
    Owner owner = require(workspace, request);
    Operation operation =
        operations
            .underWay(workspace.id(), owner.name())
            .filter(other -> other.kind().equals(RENEW))
            .orElseGet(() -> begin(workspace, owner));
    return Response.json(202, CertificateView.operation(operation))
        .with(
            "Azure-AsyncOperation",
            request.base() + workspace.armId() + "/certificateOperations/" + operation.id());
  }

  private Operation begin(Workspace workspace, Owner owner) {
    // The operation may run again after a crash: it replaces this one, and not its successor.
    String renewed = certificates.renewableId(owner.id());
    return operations.begin(
        RENEW,
        workspace.id(),
        owner.name(),
        Json.object().put("owner", owner.id()).put("renewed", renewed));
  }

  private void renew(Operation operation, OperationLog log) throws InterruptedException {
    String owner = operation.input().path("owner").asString("");
    certificates.renew(owner, operation.input().path("renewed").asString(""));
    certificates
        .standing(owner)
        .ifPresent(now -> log.line("The serial is %s now.".formatted(now.facts().serial())));
  }

  private Response operation(Request request) {
    Workspace workspace = workspaces.require(request);
    String id = request.parameter("id");
    return Response.ok(
        CertificateView.operation(
            operations
                .find(id)
                .filter(o -> o.scope().equals(workspace.id()) && o.kind().equals(RENEW))
                .orElseThrow(() ->
                    new ProblemException(
                        new Problem.NotFound(
                            "OperationNotFound",
                            "There is no certificate operation '" + id + "'.")))));
  }

  /** A target and a service may share a name: the one that has a certificate is meant. */
  private Owner require(Workspace workspace, Request request) {
    String name = request.parameter("owner");
    List<Owner> named =
        owners.of(workspace.id()).stream()
            .filter(owner -> owner.name().equalsIgnoreCase(name))
            .toList();
    return named.stream()
        .filter(owner -> certificates.of(owner.id()).isPresent())
        .findFirst()
        .orElseThrow(() -> new ProblemException(absent(workspace, name, named)));
  }

  private static Problem absent(Workspace workspace, String name, List<Owner> named) {
    return named.isEmpty()
        ? new Problem.NotFound(
            "CertificateOwnerNotFound",
            "There is no compute target and no service '%s' in the workspace '%s'."
                .formatted(name, workspace.name()))
        : new Problem.NotFound(
            "CertificateNotFound",
            "'%s' has no certificate: switch TLS on for it, or ask for its compute target."
                .formatted(name));
  }

  private Optional<ObjectNode> render(Owner owner) {
    return certificates
        .of(owner.id())
        .flatMap(installed ->
            certificates
                .standing(owner.id())
                .map(now -> CertificateView.certificate(owner, installed.host(), now)));
  }
}
