package dev.gatehouse.server.service;

import dev.gatehouse.server.service.definition.Definition;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A stored service.
 *
 * @param id stable for its life; the audience of its tokens, and the owner of its certificate when
 *     it is a container of its own
 * @param wanted what it shall be, which clients see
 * @param deployed what came up last, to be brought up again after a restart
 * @param instances the last start of each version, whose log is shown
 */
record WebService(
    String id,
    String workspaceId,
    Definition wanted,
    Optional<Definition> deployed,
    Map<String, String> instances,
    ServiceState state,
    Instant created,
    Instant updated) {
  WebService {
    instances = Map.copyOf(instances);
  }

  String name() {
    return wanted.name().value();
  }

  /** The space in which names of services, and operations on them, are told apart. */
  String scope() {
    return scope(workspaceId);
  }

  static String scope(String workspaceId) {
    return workspaceId + "/services";
  }
}
