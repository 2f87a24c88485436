package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * The four steps to TLS for a compute target or service.
 *
 * @param warning what must not stay as it is; empty when nothing
 */
record Checklist(String kind, String name, String warning, List<Step> steps) {
  Checklist {
    steps = List.copyOf(steps);
  }

  /**
   * One of them.
   *
   * @param next the command to type, or what else to do; empty when nothing is left
   */
  record Step(String name, boolean done, String detail, String next) {}

  boolean complete() {
    return steps.stream().allMatch(Step::done);
  }

  ObjectNode toJson() {
    ObjectNode document = Wire.object().put("kind", kind).put("name", name);
    document.put("complete", complete()).put("warning", warning.isEmpty() ? null : warning);
    var list = document.putArray("steps");
    steps.forEach(step ->
        list.addObject()
            .put("step", step.name())
            .put("done", step.done())
            .put("detail", step.detail())
            .put("next", step.next().isEmpty() ? null : step.next()));
    return document;
  }

  String toText() {
    var text = new StringBuilder();
    text.append("%s '%s'%n".formatted(kind.equals("Service") ? "service" : "compute target", name));
    for (Step step : steps) {
      text.append(
          "  [%s] %-12s %s%n".formatted(step.done() ? "x" : " ", step.name(), step.detail()));
      if (!step.next().isEmpty()) {
        text.append("      next: %s%n".formatted(step.next()));
      }
    }
    if (!warning.isEmpty()) {
      text.append("  WARNING: %s%n".formatted(warning));
    }
    return text.toString();
  }
}
