package dev.gatehouse.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What creating, attaching and updating have in common. */
final class TargetChange {
  @Option(
      names = {"--name", "-n"},
      required = true,
      paramLabel = "N",
      description = "The compute target.")
  String name = "";

  @Option(names = "--no-wait", description = "Return before the operation has ended.")
  private boolean background;

  /** Sends the properties and shows what became of the target. */
  Shown send(Place in, Steps steps, String what, ObjectNode properties) throws IOException {
    String operation = in.computes().put(name, properties);
    if (!background) {
      in.await(steps, what + " '" + name + "'", operation);
    }
    return shown(in.computes().get(name).document());
  }

  static Shown shown(JsonNode document) {
    JsonNode properties = document.path("properties");
    ObjectNode all = ((ObjectNode) document).deepCopy();
    all.set("provisioningState", properties.path("provisioningState"));
    all.set("provisioningErrors", properties.path("provisioningErrors"));
    return new Shown(
        all,
        List.of("name", "provisioningState", "location", "provisioningErrors"),
        List.of("name", "provisioningState", "location"));
  }
}
