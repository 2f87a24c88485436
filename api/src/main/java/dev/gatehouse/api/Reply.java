package dev.gatehouse.api;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** An HTTP answer with its whole body. */
public record Reply(int status, HttpHeaders headers, byte[] body) {

  public boolean succeeded() {
    return status / 100 == 2;
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** The header; a problem of the server's when it is missing. */
  public String required(String name) {
    return header(name)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.Upstream(
                    "HeaderMissing", "The server's answer has no header " + name + ".")));
  }

  /** Itself when it succeeded, else the problem that it tells of. */
  public Reply orProblem() {
    if (!succeeded()) {
      throw new ProblemException(problem());
    }
    return this;
  }

  /** The body of a success; a body that is no JSON is the server's fault. */
  public JsonNode json() {
    orProblem();
    try {
      return Wire.parse(text());
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          new Problem.Upstream("NoJson", "The server's answer cannot be read: " + e.getMessage()),
          e);
    }
  }

  /** Reads all error envelopes of the protocol, and takes any other body as the message. */
  Problem problem() {
    JsonNode body;
    try {
      body = Wire.parse(text());
    } catch (IllegalArgumentException _) {
      body = Wire.object();
    }
    JsonNode inner = body.path("error").isObject() ? body.path("error") : body;
    String code = inner.path("code").asString(inner.path("error").asString("HttpStatus" + status));
    String message =
        inner.path("message").asString(inner.path("error_description").asString(shortened()));
    return switch (status) {
      case 400 -> new Problem.Invalid(code, message);
      case 401 -> new Problem.Unauthenticated(code, message);
      case 403 -> new Problem.Forbidden(code, message);
      case 404 -> new Problem.NotFound(code, message);
      case 405 -> new Problem.MethodNotAllowed(code, message);
      case 409 -> new Problem.Conflict(code, message);
      case 412 -> new Problem.InUse(code, message);
      case 413 -> new Problem.TooLarge(code, message);
      case 507 -> new Problem.NoSpace(code, message);
      case 502, 503, 504 -> new Problem.Upstream(code, message);
      default -> new Problem.Internal(code, message);
    };
  }

  private String shortened() {
    String text = text().strip();
    if (text.isEmpty()) {
      return "The server answered with status " + status + ".";
    }
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }
}
