package dev.gatehouse.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** How the front end of a compute target is exposed: kept and shown, without effect here. */
final class BalancerOptions {
  @Option(
      names = "--load-balancer-type",
      paramLabel = "TYPE",
      description = "PublicIp or InternalLoadBalancer.")
  private @Nullable String type;

  @Option(
      names = "--load-balancer-subnet",
      paramLabel = "SUBNET",
      description = "The subnet of an InternalLoadBalancer.")
  private @Nullable String subnet;

  /** Whether anything was added. */
  boolean addTo(ObjectNode properties) {
    if (type != null) {
      properties.put("loadBalancerType", type);
    }
    if (subnet != null) {
      properties.put("loadBalancerSubnet", subnet);
    }
    return type != null || subnet != null;
  }
}
