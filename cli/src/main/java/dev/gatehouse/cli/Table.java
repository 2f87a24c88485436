package dev.gatehouse.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Rows under heads, as wide as they need to be. */
record Table(List<String> heads, List<List<String>> rows) {
  /** What the Azure CLI leaves out of a table that nobody has chosen columns for. */
  private static final Set<String> SKIPPED = Set.of("id", "type", "etag");

  Table {
    heads = List.copyOf(heads);
    rows = List.copyOf(rows);
  }

  /** Members of the rows as columns. */
  static Table of(List<JsonNode> rows, List<String> columns) {
    return new Table(
        columns.stream().map(Table::head).toList(),
        rows.stream()
            .map(row -> columns.stream().map(column -> cell(row.path(column))).toList())
            .toList());
  }

  /** Columns that follow from the rows: objects by their plain members, lists by their places. */
  static Table of(List<JsonNode> rows) {
    var columns = new LinkedHashSet<String>();
    int widest = 0;
    for (JsonNode row : rows) {
      if (row.isObject()) {
        row.propertyNames().stream()
            .filter(name -> !SKIPPED.contains(name))
            .filter(name -> !row.path(name).isContainer() && !row.path(name).isNull())
            .forEach(columns::add);
      } else if (row.isArray()) {
        widest = Math.max(widest, row.size());
      }
    }
    if (!columns.isEmpty()) {
      return of(rows, List.copyOf(columns));
    }
    int width = widest;
    return width > 0
        ? new Table(
            IntStream.rangeClosed(1, width).mapToObj(n -> "Column" + n).toList(),
            rows.stream()
                .map(row -> IntStream.range(0, width).mapToObj(n -> cell(row.path(n))).toList())
                .toList())
        : new Table(
            List.of("Result"),
            rows.stream()
                .filter(row -> !row.isContainer())
                .map(row -> List.of(cell(row)))
                .toList());
  }

  String text() {
    if (heads.isEmpty()) {
      return "";
    }
    var widths = new ArrayList<Integer>();
    for (int i = 0; i < heads.size(); i++) {
      int column = i;
      widths.add(
          rows.stream()
              .mapToInt(row -> row.get(column).length())
              .reduce(heads.get(column).length(), Math::max));
    }
    var text = new StringBuilder(line(heads, widths));
    text.append(line(widths.stream().map("-"::repeat).toList(), widths));
    rows.forEach(row -> text.append(line(row, widths)));
    return text.toString();
  }

  private static String head(String column) {
    return column.isEmpty() ? "" : Character.toUpperCase(column.charAt(0)) + column.substring(1);
  }

  private static String cell(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return value.isContainer() ? value.toString() : OutputFormat.plain(value);
  }

  private static String line(List<String> cells, List<Integer> widths) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(cells.get(i)).append(" ".repeat(widths.get(i) - cells.get(i).length() + 2));
    }
    return line.toString().stripTrailing() + "\n";
  }
}
