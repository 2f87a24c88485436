package dev.gatehouse.server.compute;

import java.util.Optional;

/** The compute targets of all workspaces. */
public final class ComputeTargets {
  public Optional<ComputeTarget> find(String workspaceId, String name) {
    throw new UnsupportedOperationException();
  }
}
