package dev.gatehouse.server.service;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.service.definition.Admission;
import dev.gatehouse.server.workspace.Workspace;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The routes of services (PROTOCOL.md 9). */
final class ServiceRoutes {
  /** Where the model management of a workspace begins. */
  static final String MM = "/modelmanagement/v1.0" + Workspaces.PATH;

  private static final int LOG_LINES = 5000;
  private static final int MAX_LOG_LINES = 100_000;

  private final Workspaces workspaces;
  private final ServiceStore store;
  private final Services services;
  private final ServiceDocument documents;
  private final Answers answers;

  /** What reads of services beside the services themselves. */
  record Answers(ServiceTokens tokens, ServiceLogs logs) {}

  ServiceRoutes(
      Workspaces workspaces,
      ServiceStore store,
      Services services,
      ServiceDocument documents,
      Answers answers) {
    this.workspaces = workspaces;
    this.store = store;
    this.services = services;
    this.documents = documents;
    this.answers = answers;
  }

  void addTo(Router router) {
    String all = MM + "/services";
    String one = all + "/{service}";
    router.route("POST", all + "/validate/name/{service}", Envelope.FLAT, this::validateName);
    router.route("POST", all + "/validate/resource", Envelope.FLAT, this::validateResource);
    router.route("POST", all + "/validate", Envelope.FLAT, this::validate);
    router.route("POST", all, Envelope.FLAT, this::create);
    router.route("GET", all, Envelope.FLAT, this::list);
    router.route("GET", one, Envelope.FLAT, this::get);
    router.route("PATCH", one, Envelope.FLAT, this::update);
    router.route("DELETE", one, Envelope.FLAT, this::delete);
    router.route("POST", one + "/listkeys", Envelope.FLAT, this::keys);
    router.route("POST", one + "/regenerateKeys", Envelope.FLAT, this::renewKey);
    router.route("POST", one + "/token", Envelope.FLAT, this::token);
    router.route("GET", one + "/logs", Envelope.FLAT, this::logs);
  }

  private WebService service(Request request) {
    return services.require(workspaces.require(request).id(), request.parameter("service"));
  }

  private Response validateName(Request request) {
    return verdict(
        () -> services.checkName(workspaces.require(request).id(), request.parameter("service")));
  }

  private Response validate(Request request) throws IOException {
    String workspace = workspaces.require(request).id();
    ObjectNode body = request.json();
    return switch (Json.text(body, "type").orElse("").toLowerCase(Locale.ROOT)) {
      case "create" -> verdict(() -> services.checkCreate(workspace, body.path("createRequest")));
      case "update" ->
          verdict(() ->
              services.checkUpdate(
                  services.require(workspace, Json.requiredText(body, "serviceName")),
                  body.path("updateRequest")));
      case "delete" -> Response.ok(Json.object());
      default -> throw ProblemException.invalid("'type' must be Create, Update or Delete.");
    };
  }

  private Response validateResource(Request request) throws IOException {
    String workspace = workspaces.require(request).id();
    JsonNode body = request.json();
    return verdict(() -> services.checkCreate(workspace, body));
  }

  /** The client ignores refusals with another status, so a refusal is a 200 too. */
  private static Response verdict(Runnable check) {
    try {
      check.run();
      return Response.ok(Json.object());
    } catch (ProblemException e) {
      ObjectNode refusal = Json.object();
      refusal
          .putObject("error")
          .put("code", e.problem().code())
          .put("message", e.problem().message());
      return Response.ok(refusal);
    }
  }

  private Response create(Request request) throws IOException {
    Workspace workspace = workspaces.require(request);
    return accepted(workspace, services.create(workspace.id(), request.json()));
  }

  private Response list(Request request) {
    Workspace workspace = workspaces.require(request);
    ObjectNode page = Json.object();
    var value = page.putArray("value");
    store.all(workspace.id()).stream()
        .filter(ServiceFilter.of(request))
        .forEach(service -> value.add(documents.render(service, workspace, expand(request))));
    return Response.ok(page);
  }

  private Response get(Request request) {
    return Response.ok(
        documents.render(service(request), workspaces.require(request), expand(request)));
  }

  private static boolean expand(Request request) {
    return request.query("expand").filter("true"::equalsIgnoreCase).isPresent();
  }

  private Response update(Request request) throws IOException {
    return accepted(
        workspaces.require(request), services.update(service(request), request.jsonValue()));
  }

  private Response delete(Request request) {
    Workspace workspace = workspaces.require(request);
    Optional<WebService> service = store.find(workspace.id(), request.parameter("service"));
    return service.isEmpty()
        ? Response.empty(204)
        : accepted(workspace, services.delete(service.get()));
  }

  private Response keys(Request request) {
    ServiceKeys keys = services.keys(service(request));
    return Response.ok(
        Json.object().put("primaryKey", keys.primary()).put("secondaryKey", keys.secondary()));
  }

  private Response renewKey(Request request) throws IOException {
    ObjectNode body = request.json();
    return accepted(
        workspaces.require(request),
        services.renewKey(
            service(request),
            Json.requiredText(body, "keyType"),
            Json.text(body, "keyValue").filter(key -> !key.isEmpty())));
  }

  private Response token(Request request) {
    WebService service = service(request);
    if (service.wanted().admission() != Admission.TOKENS) {
      throw ProblemException.invalid(
          "The service '"
              + service.name()
              + "' takes no tokens; enable token_auth_enabled for it first.");
    }
    return Response.ok(answers.tokens().issue(service.id(), request.caller().subject()));
  }

  private Response logs(Request request) {
    int tail = whole(request, "tail", LOG_LINES, MAX_LOG_LINES);
    boolean init = request.query("init").filter("true"::equalsIgnoreCase).isPresent();
    return Response.ok(
        Json.object().put("content", answers.logs().read(service(request), tail, init)));
  }

  /** A query parameter that counts something; another text is a 400. */
  static int whole(Request request, String name, int fallback, int most) {
    String text = request.query(name).orElse("");
    if (text.isEmpty()) {
      return fallback;
    }
    if (!text.matches("\\d{1,9}")) {
      throw ProblemException.invalid(
          "The parameter '" + name + "' is '" + text + "'; send a whole number.");
    }
    return Math.min(most, Integer.parseInt(text));
  }

  /** The absolute URL under which this workspace's model management was reached. */
  static String base(Request request, Workspace workspace) {
    return request.base() + "/modelmanagement/v1.0" + workspace.armId();
  }

  static Response accepted(Workspace workspace, Operation operation) {
    return Response.json(202, Json.object().put("operationId", operation.id()))
        .with("Operation-Location", "/api" + workspace.armId() + "/operations/" + operation.id());
  }
}
