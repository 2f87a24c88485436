package dev.gatehouse.cli;

import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/** Documents as YAML in block style, with sorted keys as the Azure CLI prints them. */
final class Yaml {
  /** What reads as a text and nothing else, in YAML 1.1 too. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./()-]*");

  private static final Pattern OTHER =
      Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null|\\.?nan|\\.?inf");

  private Yaml() {}

  static String of(JsonNode document) {
    var text = new StringBuilder();
    write(text, document, "", false);
    return text.toString();
  }

  /** Begins where the line before ends; a list under a key is not indented. */
  private static void write(StringBuilder text, JsonNode value, String indent, boolean first) {
    if (value.isEmpty() || !value.isContainer()) {
      text.append(scalar(value)).append('\n');
    } else if (value.isArray()) {
      boolean begun = first;
      for (JsonNode each : value) {
        start(text, indent, begun);
        text.append("- ");
        write(text, each, indent + "  ", true);
        begun = false;
      }
    } else {
      boolean begun = first;
      for (String name : new TreeSet<>(value.propertyNames())) {
        start(text, indent, begun);
        JsonNode member = value.path(name);
        text.append(string(name)).append(':');
        boolean block = member.isContainer() && !member.isEmpty();
        text.append(block ? "\n" : " ");
        write(text, member, member.isArray() ? indent : indent + "  ", false);
        begun = false;
      }
    }
  }

  private static void start(StringBuilder text, String indent, boolean begun) {
    if (!begun) {
      text.append(indent);
    }
  }

  private static String scalar(JsonNode value) {
    return value.isString() ? string(value.stringValue()) : value.toString();
  }

  /** What could be read as something else is quoted as in JSON, which is YAML too. */
  private static String string(String text) {
    return PLAIN.matcher(text).matches() && !OTHER.matcher(text).matches()
        ? text
        : StringNode.valueOf(text).toString();
  }
}
