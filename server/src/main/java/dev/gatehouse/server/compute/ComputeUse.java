package dev.gatehouse.server.compute;

import java.util.List;

/** Tells whether services still run on a target, so that it is not deleted under them. */
@FunctionalInterface
public interface ComputeUse {
  /** The names of the services that run on the target with this name. */
  List<String> users(String workspaceId, String targetName);
}
