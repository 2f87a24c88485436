package dev.gatehouse.cli.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The request bodies of a file: a JSON array of them, one in each line, or rows of a CSV. */
public final class Bodies {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final int LIMIT = 100_000;

  private Bodies() {}

  /** A fault of the file is an IllegalArgumentException with one sentence that names the line. */
  public static List<String> read(String name, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(name + " is empty (expected: at least one request)");
    }
    List<String> bodies =
        name.toLowerCase(Locale.ROOT).endsWith(".csv") ? rows(name, text) : json(name, text);
    if (bodies.isEmpty() || bodies.size() > LIMIT) {
      throw new IllegalArgumentException(
          "%s holds %d requests (expected: 1 to %d)".formatted(name, bodies.size(), LIMIT));
    }
    return bodies;
  }

  private static List<String> json(String name, String text) {
    List<String> lines = text.lines().toList();
    if (text.stripLeading().startsWith("[")) {
      try {
        var all = new ArrayList<String>();
        JSON.readTree(text).forEach(body -> all.add(body.toString()));
        return all;
      } catch (JacksonException e) {
        // Lines may begin with a bracket, too.
        if (lines.stream().filter(line -> !line.isBlank()).count() == 1) {
          throw fault(name, 1, e);
        }
      }
    }
    var bodies = new ArrayList<String>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          bodies.add(JSON.readTree(lines.get(i)).toString());
        } catch (JacksonException e) {
          throw fault(name, i + 1, e);
        }
      }
    }
    return bodies;
  }

  private static IllegalArgumentException fault(String name, int line, JacksonException e) {
    return new IllegalArgumentException(
        "%s, line %d, is not JSON: %s (expected: one request body in each line, or one JSON array of them)"
            .formatted(name, line, e.getOriginalMessage().lines().findFirst().orElse("")));
  }

  /** The first row names the columns unless it is all numbers. */
  private static List<String> rows(String name, String text) {
    var bodies = new ArrayList<String>();
    int width = -1;
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> cells = cells(name, i + 1, lines.get(i));
      if (width < 0) {
        width = cells.size();
        if (!cells.stream().allMatch(cell -> NUMBER.matcher(cell).matches())) {
          continue;
        }
      }
      if (cells.size() != width) {
        throw new IllegalArgumentException(
            "%s, line %d, has %d values (expected: %d, as in the first)"
                .formatted(name, i + 1, cells.size(), width));
      }
      var body = JSON.createObjectNode();
      ArrayNode row = body.putArray("data").addArray();
      cells.forEach(cell -> row.add(value(cell)));
      bodies.add(body.toString());
    }
    return bodies;
  }

  private static JsonNode value(String cell) {
    if (cell.isEmpty()) {
      return JSON.getNodeFactory().nullNode();
    }
    return NUMBER.matcher(cell).matches()
        ? JSON.getNodeFactory().numberNode(Double.parseDouble(cell))
        : JSON.getNodeFactory().stringNode(cell);
  }

  private static List<String> cells(String name, int number, String line) {
    var cells = new ArrayList<String>();
    var cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    if (quoted) {
      throw new IllegalArgumentException(
          "%s, line %d: a quotation mark is not closed".formatted(name, number));
    }
    cells.add(cell.toString().strip());
    return cells;
  }
}
