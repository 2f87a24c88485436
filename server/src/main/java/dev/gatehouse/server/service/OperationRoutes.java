package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspaces;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** The routes of operations on services and packages. */
final class OperationRoutes {
  private static final Pattern FROM = Pattern.compile("bytes=(\\d{1,9})-");

  private final Workspaces workspaces;
  private final Operations operations;

  OperationRoutes(Workspaces workspaces, Operations operations) {
    this.workspaces = workspaces;
    this.operations = operations;
  }

  void addTo(Router router) {
    router.route("GET", ServiceRoutes.MM + "/operations/{id}", Envelope.FLAT, this::get);
    // The client sends no token here: knowing the operation's 128 random bits is the proof.
    router.open("GET", ServiceRoutes.MM + "/operations/{id}/log", Envelope.FLAT, this::log);
  }

  private Operation require(Request request) {
    String scope = WebService.scope(workspaces.require(request).id());
    String id = request.parameter("id");
    return operations
        .find(id)
        .filter(operation -> operation.scope().equals(scope))
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound("OperationNotFound", "There is no operation '" + id + "'.")));
  }

  private Response get(Request request) {
    Operation operation = require(request);
    ObjectNode document =
        OperationDocument.render(
            operation, ServiceRoutes.base(request, workspaces.require(request)));
    if (request.query("offset").isPresent()) {
      document.put(
          "streamingOperationLog",
          OperationDocument.stream(
              operations.log(operation.id()),
              ServiceRoutes.whole(request, "offset", 0, Integer.MAX_VALUE)));
    }
    return Response.ok(document);
  }

  private Response log(Request request) {
    String text =
        operations.log(require(request).id()).stream()
            .map(line -> line.at() + " " + line.text() + "\n")
            .collect(Collectors.joining());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var range = FROM.matcher(request.header("range").orElse(""));
    int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
    if (range.matches() && from >= bytes.length) {
      return Response.empty(416);
    }
    return new Response(
        range.matches() ? 206 : 200,
        Map.of("Content-Type", "text/plain; charset=utf-8"),
        new Response.Body.Bytes(Arrays.copyOfRange(bytes, from, bytes.length)));
  }
}
