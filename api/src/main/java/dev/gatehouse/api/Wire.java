package dev.gatehouse.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and makes JSON; what is missing or wrong is an IllegalArgumentException that names it. */
public final class Wire {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private Wire() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  public static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** For people: on several lines, indented. */
  public static String pretty(JsonNode document) {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
  }

  public static String text(JsonNode document, String name) {
    JsonNode value = document.path(name);
    if (!value.isString() || value.stringValue().isEmpty()) {
      throw new IllegalArgumentException("'" + name + "' is missing (expected: a text)");
    }
    return value.stringValue();
  }

  /** The text as one segment of a path. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static long number(JsonNode document, String name) {
    JsonNode value = document.path(name);
    if (!value.isIntegralNumber()) {
      throw new IllegalArgumentException("'" + name + "' is missing (expected: a whole number)");
    }
    return value.longValue();
  }
}
