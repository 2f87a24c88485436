package dev.gatehouse.server.compute;

import tools.jackson.databind.node.ObjectNode;

/**
 * A Kubernetes cluster, or this machine in its place, that a workspace deploys to.
 *
 * @param id stable for the target's life; the owner of its certificate and the target of its routes
 * @param region lower case without spaces, part of generated names
 * @param tls whether services on it are served over TLS unless they say otherwise
 * @param document the rest of what clients sent and get
 */
public record ComputeTarget(
    String id, String workspaceId, String name, String region, boolean tls, ObjectNode document) {}
