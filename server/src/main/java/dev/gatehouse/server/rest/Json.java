package dev.gatehouse.server.rest;

import dev.gatehouse.api.ProblemException;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The one JSON mapper of the control plane, and careful look-ups in what callers sent. */
public final class Json {
  public static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** Parses text that we wrote ourselves. */
  public static JsonNode parse(String text) {
    return MAPPER.readTree(text);
  }

  /** Parses what a caller sent; a fault is a 400 that names the line and column. */
  public static JsonNode parseSent(byte[] body) {
    try {
      JsonNode node = MAPPER.readTree(body);
      if (node.isMissingNode()) {
        throw ProblemException.invalid("The request has no body; send a JSON object.");
      }
      return node;
    } catch (JacksonException e) {
      var at = e.getLocation();
      String where =
          at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
      throw ProblemException.invalid(
          "The body is not valid JSON" + where + ": " + e.getOriginalMessage());
    }
  }

  /** The member's text, or empty when it is absent or null; another type is a 400. */
  public static Optional<String> text(JsonNode object, String member) {
    JsonNode value = object.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw ProblemException.invalid(
          "'" + member + "' must be a string, but is " + value.getNodeType() + ".");
    }
    return Optional.of(value.stringValue());
  }

  /** The member's text; absent, null, blank or another type is a 400. */
  public static String requiredText(JsonNode object, String member) {
    return text(object, member)
        .filter(s -> !s.isBlank())
        .orElseThrow(() ->
            ProblemException.invalid("'" + member + "' is missing; send a non-empty string."));
  }
}
