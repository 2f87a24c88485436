package dev.gatehouse.server.environment;

import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The password of an image registry, which a client sends inside of an environment's definition:
 * definitions are stored and shown in clear, and nothing here pulls images, so it is not kept.
 */
public final class RegistryPassword {
  private RegistryPassword() {}

  /** Takes it out of the definition, however its members are spelled. */
  public static void forget(JsonNode definition) {
    member(definition, "docker")
        .flatMap(docker -> member(docker, "baseImageRegistry"))
        .ifPresent(registry -> {
          if (registry instanceof ObjectNode object) {
            object.propertyNames().stream()
                .filter("password"::equalsIgnoreCase)
                .toList()
                .forEach(object::putNull);
          }
        });
  }

  private static Optional<JsonNode> member(JsonNode parent, String name) {
    return parent
        .propertyStream()
        .filter(member -> member.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
