package dev.gatehouse.server.compute;

import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * A compute target with all that is kept of it.
 *
 * @param attached whether the cluster was there before, and stays when the target goes
 * @param document what clients sent and get, without what has a component here
 */
record Compute(
    String id,
    String workspaceId,
    String name,
    String region,
    Cluster cluster,
    boolean attached,
    Provisioning provisioning,
    Tls tls,
    ObjectNode document,
    Instant created,
    Instant modified) {

  ComputeTarget target() {
    return new ComputeTarget(id, workspaceId, name, region, !(tls instanceof Tls.Off), document);
  }
}
