package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** How the Azure CLI prints; its YAML is left out, of which JSON is a part. */
enum OutputFormat {
  JSON,
  JSONC,
  TABLE,
  TSV,
  NONE;

  String render(Shown shown, boolean verbose) {
    return switch (this) {
      case JSON, JSONC -> Wire.pretty(shown.document(verbose)) + "\n";
      case TABLE -> table(rows(shown.full()), shown.columns());
      case TSV -> tsv(shown.document(verbose));
      case NONE -> "";
    };
  }

  private static List<JsonNode> rows(JsonNode document) {
    var rows = new ArrayList<JsonNode>();
    if (document.isArray()) {
      document.forEach(rows::add);
    } else {
      rows.add(document);
    }
    return rows;
  }

  private static String tsv(JsonNode document) {
    var text = new StringBuilder();
    for (JsonNode row : rows(document)) {
      var cells = new ArrayList<String>();
      row.forEach(cell -> cells.add(plain(cell)));
      text.append(String.join("\t", cells)).append('\n');
    }
    return text.toString();
  }

  /** As the Azure CLI writes values: how many a list has, nothing for an object. */
  private static String plain(JsonNode value) {
    if (value.isNull()) {
      return "None";
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? "True" : "False";
    }
    if (value.isArray()) {
      return String.valueOf(value.size());
    }
    return value.isObject() ? "" : value.asString();
  }

  private static String table(List<JsonNode> rows, List<String> columns) {
    var text = new StringBuilder();
    var heads = new ArrayList<String>();
    var lines = new ArrayList<String>();
    var widths = new ArrayList<Integer>();
    for (String column : columns) {
      int width = column.length();
      for (JsonNode row : rows) {
        width = Math.max(width, cell(row.path(column)).length());
      }
      heads.add(Character.toUpperCase(column.charAt(0)) + column.substring(1));
      lines.add("-".repeat(width));
      widths.add(width);
    }
    text.append(line(heads, widths)).append(line(lines, widths));
    rows.forEach(row ->
        text.append(line(columns.stream().map(column -> cell(row.path(column))).toList(), widths)));
    return text.toString();
  }

  private static String cell(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return value.isContainer() ? value.toString() : plain(value);
  }

  private static String line(List<String> cells, List<Integer> widths) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(cells.get(i)).append(" ".repeat(widths.get(i) - cells.get(i).length() + 2));
    }
    return line.toString().stripTrailing() + "\n";
  }
}
