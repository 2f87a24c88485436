package dev.gatehouse.server.rest;

import dev.gatehouse.api.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The only place that knows both problems and HTTP. */
public final class ErrorMapping {
  private ErrorMapping() {}

  public static int status(Problem problem) {
    return switch (problem) {
      case Problem.Invalid _ -> 400;
      case Problem.Unauthenticated _ -> 401;
      case Problem.Forbidden _ -> 403;
      case Problem.NotFound _ -> 404;
      case Problem.MethodNotAllowed _ -> 405;
      case Problem.Conflict _ -> 409;
      case Problem.InUse _ -> 412;
      case Problem.TooLarge _ -> 413;
      case Problem.Internal _ -> 500;
      case Problem.Upstream _ -> 502;
      case Problem.NoSpace _ -> 507;
    };
  }

  static Response response(Problem problem, Envelope envelope) {
    Response response =
        switch (envelope) {
          case ARM -> Response.json(status(problem), arm(problem));
          case FLAT -> Response.json(status(problem), flat(problem));
          case BLOB -> blob(problem);
          case OAUTH -> oauth(problem);
        };
    return problem instanceof Problem.Unauthenticated
        ? response.with("WWW-Authenticate", "Bearer")
        : response;
  }

  /** The envelope of management calls. */
  public static ObjectNode arm(Problem problem) {
    var body = Json.object();
    body.putObject("error").put("code", problem.code()).put("message", problem.message());
    return body;
  }

  /** The flat envelope; the client shows {@code correlation} where it drops {@code message}. */
  public static ObjectNode flat(Problem problem) {
    var body = Json.object().put("code", problem.code()).put("statusCode", status(problem));
    body.put("message", problem.message());
    body.putArray("details")
        .addObject()
        .put("code", problem.code())
        .put("message", problem.message());
    body.putObject("correlation").put("message", problem.message());
    return body;
  }

  private static Response oauth(Problem problem) {
    return Response.json(
        status(problem),
        Json.object().put("error", problem.code()).put("error_description", problem.message()));
  }

  private static Response blob(Problem problem) {
    String xml =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(escape(problem.code()), escape(problem.message()));
    return new Response(
        status(problem),
        Map.of("Content-Type", "application/xml", "x-ms-error-code", problem.code()),
        new Response.Body.Bytes(xml.getBytes(StandardCharsets.UTF_8)));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
