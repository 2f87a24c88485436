package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** How the Azure CLI prints; without its colours. */
enum OutputFormat {
  JSON,
  JSONC,
  TABLE,
  TSV,
  YAML,
  YAMLC,
  NONE;

  String render(Shown shown, boolean verbose) {
    return switch (this) {
      case JSON, JSONC -> Wire.pretty(shown.document(verbose)) + "\n";
      case TABLE -> Table.of(rows(shown.full()), shown.columns()).text();
      case TSV -> tsv(shown.document(verbose));
      case YAML, YAMLC -> Yaml.of(shown.document(verbose));
      case NONE -> "";
    };
  }

  /** What a query has found; nothing for null. */
  String render(JsonNode found) {
    if (found.isNull()) {
      return "";
    }
    return this == TABLE
        ? Table.of(rows(found)).text()
        : render(new Shown(found, List.of(), List.of()), true);
  }

  private static List<JsonNode> rows(JsonNode document) {
    return document.isArray() ? document.valueStream().toList() : List.of(document);
  }

  private static String tsv(JsonNode document) {
    var text = new StringBuilder();
    for (JsonNode row : rows(document)) {
      var cells = new ArrayList<String>();
      if (row.isContainer()) {
        row.forEach(cell -> cells.add(plain(cell)));
      } else {
        cells.add(row.isBoolean() ? row.asString() : plain(row));
      }
      text.append(String.join("\t", cells)).append('\n');
    }
    return text.toString();
  }

  /** As the Azure CLI writes values: how many a list has, nothing for an object. */
  static String plain(JsonNode value) {
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
}
