package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a command prints.
 *
 * @param full the whole object or list
 * @param members of an object that are printed unless all is asked for; empty for all
 * @param columns of a table
 */
record Shown(JsonNode full, List<String> members, List<String> columns) {
  Shown {
    members = List.copyOf(members);
    columns = List.copyOf(columns);
  }

  JsonNode document(boolean verbose) {
    if (verbose || members.isEmpty()) {
      return full;
    }
    ObjectNode some = Wire.object();
    members.forEach(name -> some.set(name, full.path(name).deepCopy()));
    return some;
  }
}
