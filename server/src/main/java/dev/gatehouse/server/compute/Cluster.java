package dev.gatehouse.server.compute;

import dev.gatehouse.api.ProblemException;
import java.util.regex.Pattern;

/**
 * A cluster that targets can be made of, known by its resource group and name in any letter case.
 */
record Cluster(String id, String group, String name) {
  private static final Pattern ARM_ID =
      Pattern.compile(
          "/subscriptions/[^/]+/resourcegroups/([^/]+)/providers/Microsoft\\.ContainerService/managedClusters/([^/]+)/?",
          Pattern.CASE_INSENSITIVE);

  /** What an ARM id says; anything else is a 400. */
  record Place(String group, String name) {
    static Place parse(String armId) {
      var parts = ARM_ID.matcher(armId);
      if (!parts.matches()) {
        throw ProblemException.invalid(
            "The resourceId '"
                + armId
                + "' names no cluster (expected: /subscriptions/.../resourcegroups/GROUP/providers/Microsoft.ContainerService/managedClusters/NAME).");
      }
      return new Place(parts.group(1), parts.group(2));
    }
  }

  Place place() {
    return new Place(group, name);
  }

  String armId(String subscription) {
    return "/subscriptions/%s/resourcegroups/%s/providers/Microsoft.ContainerService/managedClusters/%s"
        .formatted(subscription, group, name);
  }
}
