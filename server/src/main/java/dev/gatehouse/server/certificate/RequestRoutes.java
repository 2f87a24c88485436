package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.KeyChoice;
import dev.gatehouse.certificates.SigningRequest;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Certificate signing requests: the key is made here and stays, sealed, until a certificate for it
 * is brought; then the request is gone, as when it is cancelled.
 */
public final class RequestRoutes {
  private static final String ALL = Workspaces.PATH + "/certificateRequests";
  private static final String ONE = ALL + "/{id}";
  private static final int MOST_OPEN = 50;
  private static final int MOST_NAMES = 100;
  private static final int SHOWN_DIGITS = 8;

  private final Workspaces workspaces;
  private final RequestTable table;
  private final InstantSource clock;
  private final SecureRandom random;

  public RequestRoutes(
      Workspaces workspaces, CertificateStore store, InstantSource clock, SecureRandom random) {
    this.workspaces = workspaces;
    this.table = store.requests();
    this.clock = clock;
    this.random = random;
  }

  public void addTo(Router router) {
    router
        .route("GET", ALL, Envelope.ARM, this::list)
        .route("POST", ALL, Envelope.ARM, this::make)
        .route("GET", ONE, Envelope.ARM, this::get)
        .route("DELETE", ONE, Envelope.ARM, this::cancel);
  }

  private Response list(Request request) {
    var body = Json.object();
    var value = body.putArray("value");
    table.all(workspaces.require(request).id()).stream()
        .map(RequestRoutes::render)
        .forEach(value::add);
    return Response.ok(body);
  }

  private Response get(Request request) {
    String id = request.parameter("id");
    return Response.ok(
        render(
            table.all(workspaces.require(request).id()).stream()
                .filter(open -> open.id().equals(id))
                .findFirst()
                .orElseThrow(() -> absent(id))));
  }

  private Response make(Request request) throws IOException {
    String workspaceId = workspaces.require(request).id();
    ObjectNode sent = request.json();
    List<String> names =
        Stream.concat(
                Stream.of(Json.requiredText(sent, "cname")), names(sent.path("names")).stream())
            .map(BroughtPair::name)
            .distinct()
            .toList();
    if (names.size() > MOST_NAMES) {
      throw ProblemException.invalid(
          "The request has %d names; ask for at most %d.".formatted(names.size(), MOST_NAMES));
    }
    KeyChoice choice = choice(Json.text(sent, "keyType").orElse(KeyChoice.EC_P256.text()));
    refuseFull(table.all(workspaceId).size());
    var made = SigningRequest.make(names, choice, random);
    var open =
        new RequestTable.Open(
            SigningRequest.digest(made.publicKey()).substring(0, SHOWN_DIGITS),
            workspaceId,
            names,
            choice.text(),
            made.pem(),
            clock.instant());
    if (!table.add(open, made, MOST_OPEN)) {
      refuseFull(MOST_OPEN);
    }
    return Response.json(201, render(open));
  }

  private Response cancel(Request request) {
    String id = request.parameter("id");
    if (!table.remove(workspaces.require(request).id(), id)) {
      throw absent(id);
    }
    return Response.empty(204);
  }

  private static void refuseFull(int open) {
    if (open >= MOST_OPEN) {
      throw new ProblemException(
          new Problem.Conflict(
              "TooManyCertificateRequests",
              "%d certificate requests of the workspace are open; bring their certificates or cancel some of them first."
                  .formatted(open)));
    }
  }

  private static List<String> names(JsonNode list) {
    if (!list.isMissingNode() && !list.isNull() && !list.isArray()) {
      throw ProblemException.invalid("'names' must be a list of DNS names.");
    }
    return list.valueStream().map(each -> each.asString("")).toList();
  }

  private static KeyChoice choice(String text) {
    try {
      return KeyChoice.parse(text);
    } catch (IllegalArgumentException e) {
      throw ProblemException.invalid("'keyType' cannot be used: " + e.getMessage() + ".");
    }
  }

  private static ProblemException absent(String id) {
    return new ProblemException(
        new Problem.NotFound(
            "CertificateRequestNotFound",
            "There is no open certificate request '%s' in the workspace.".formatted(id)));
  }

  private static ObjectNode render(RequestTable.Open open) {
    var body = Json.object().put("id", open.id()).put("cname", open.names().getFirst());
    open.names().forEach(body.putArray("names")::add);
    return body.put("keyType", open.keyType())
        .put("created", open.created().toString())
        .put("csr", open.csr());
  }
}
