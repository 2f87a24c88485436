package dev.gatehouse.server.compute;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The members of a target that clients set and read and that nothing here depends on. */
final class ComputeDocument {
  private static final int MOST_AGENTS = 1_000;
  private static final String PUBLIC = "PublicIp";
  private static final Set<String> PURPOSES = Set.of("FastProd", "DevTest", "DenseProd");
  private static final Set<String> BALANCERS = Set.of(PUBLIC, "InternalLoadBalancer");

  private ComputeDocument() {}

  /** What a target is like for which nothing is said. */
  static ObjectNode defaults(boolean attached, String location) {
    var document = Json.object().put("computeLocation", location);
    document.put("loadBalancerType", PUBLIC).put("clusterPurpose", "FastProd");
    if (!attached) {
      document.put("agentCount", 3).put("agentVmSize", "Standard_D3_v2");
    }
    return document;
  }

  /** Lays what was sent over it: absent and null members keep what is there. */
  static ObjectNode merge(ObjectNode before, ObjectNode sent) {
    ObjectNode document = before.deepCopy();
    JsonNode properties = sent.path("properties");
    JsonNode inner = properties.path("properties");
    if (!inner.isMissingNode() && !inner.isNull() && !inner.isObject()) {
      throw ProblemException.invalid("'properties.properties' must be an object.");
    }
    set(document, "tags", sent.path("tags"));
    set(document, "aksNetworkingConfiguration", inner.path("aksNetworkingConfiguration"));
    Json.text(properties, "description").ifPresent(text -> document.put("description", text));
    JsonNode agents = inner.path("agentCount");
    if (!agents.isMissingNode() && !agents.isNull()) {
      if (!agents.isIntegralNumber() || agents.asInt(0) < 1 || agents.asInt(0) > MOST_AGENTS) {
        throw ProblemException.invalid(
            "'agentCount' is "
                + agents
                + " (expected: a whole number from 1 to "
                + MOST_AGENTS
                + ").");
      }
      document.set("agentCount", agents);
    }
    Json.text(inner, "agentVmSize").ifPresent(size -> document.put("agentVmSize", size));
    choose(document, inner, "clusterPurpose", PURPOSES);
    choose(document, inner, "loadBalancerType", BALANCERS);
    Json.text(inner, "loadBalancerSubnet")
        .ifPresent(subnet -> document.put("loadBalancerSubnet", subnet));
    if (document.path("loadBalancerType").asString("").equals(PUBLIC)) {
      document.remove(List.of("loadBalancerSubnet"));
    }
    return document;
  }

  private static void set(ObjectNode document, String member, JsonNode value) {
    if (!value.isMissingNode() && !value.isNull()) {
      if (!value.isObject()) {
        throw ProblemException.invalid("'" + member + "' must be an object.");
      }
      document.set(member, value);
    }
  }

  private static void choose(
      ObjectNode document, JsonNode sent, String member, Set<String> choices) {
    Json.text(sent, member)
        .ifPresent(text ->
            document.put(
                member,
                choices.stream()
                    .filter(text::equalsIgnoreCase)
                    .findFirst()
                    .orElseThrow(() ->
                        ProblemException.invalid(
                            "'%s' is '%s' (expected: one of %s)."
                                .formatted(
                                    member,
                                    text,
                                    String.join(", ", choices.stream().sorted().toList()))))));
  }
}
