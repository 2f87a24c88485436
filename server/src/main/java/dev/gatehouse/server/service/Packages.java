package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.model.RegisteredModel;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.OperationLog;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.service.definition.ImageRequest;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.workspace.Workspace;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Models packed with their code for a build elsewhere (PROTOCOL.md 9.6). */
final class Packages {
  static final String KIND = "service.package";

  private final Database database;
  private final Operations operations;
  private final Workspaces workspaces;
  private final Neighbours.ModelShelf models;

  Packages(
      Database database,
      Operations operations,
      Workspaces workspaces,
      Neighbours.ModelShelf models) {
    this.database = database;
    this.operations = operations;
    this.workspaces = workspaces;
    this.models = models;
  }

  void define() {
    operations.define(KIND, this::pack);
  }

  void addTo(Router router) {
    router.route("POST", ServiceRoutes.MM + "/packages", Envelope.FLAT, this::create);
    // The client sends no token here: knowing the operation's 128 random bits is the proof.
    router.open("GET", ServiceRoutes.MM + "/packages/{id}/manifest", Envelope.FLAT, this::manifest);
  }

  private Response create(Request request) throws IOException {
    Workspace workspace = workspaces.require(request);
    ObjectNode body = request.json();
    String type = Json.requiredText(body, "packageType");
    if (!type.equalsIgnoreCase("DockerBuildContext")) {
      throw ProblemException.invalid(
          "The package type '"
              + type
              + "' is not made here; package with generate_dockerfile=True.");
    }
    ImageRequest image = ImageRequest.check(body.path("imageRequest"));
    if (image.withoutCode()) {
      throw ProblemException.invalid(
          "A package needs an inference config with an entry script; the request has none.");
    }
    image.modelIds().forEach(id -> models.require(workspace.id(), id));
    ObjectNode input = Json.object().put("workspace", workspace.id());
    input.set("imageRequest", image.document());
    String subject = "package " + Integer.toHexString(image.document().hashCode());
    String scope = WebService.scope(workspace.id());
    Optional<Operation> same = operations.underWay(scope, subject);
    return ServiceRoutes.accepted(
        workspace, same.orElseGet(() -> operations.begin(KIND, scope, subject, input)));
  }

  private void pack(Operation operation, OperationLog log) {
    ImageRequest image = ImageRequest.check(operation.input().path("imageRequest"));
    String workspace = operation.input().path("workspace").stringValue();
    var references = new LinkedHashMap<RegisteredModel, List<ArtifactReference>>();
    for (String id : image.modelIds()) {
      RegisteredModel model = models.require(workspace, id);
      references.put(model, models.references(model));
    }
    String manifest = BuildContext.manifest(image, references).toString();
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT OR REPLACE INTO package (operation_id, manifest) VALUES (?, ?)",
                operation.id(),
                manifest));
    log.line("The build context is ready");
  }

  private Response manifest(Request request) {
    String scope = WebService.scope(workspaces.require(request).id());
    String id = request.parameter("id");
    return operations
        .find(id)
        .filter(operation -> operation.scope().equals(scope))
        .flatMap(_ -> stored(id))
        .map(text -> Response.ok(Json.parse(text)))
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound("PackageNotFound", "There is no package '" + id + "'.")));
  }

  private Optional<String> stored(String id) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT manifest FROM package WHERE operation_id = ?")
                .bind(0, id)
                .mapTo(String.class)
                .findOne());
  }
}
