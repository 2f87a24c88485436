package dev.gatehouse.server.compute;

import java.util.List;
import java.util.Optional;

/** The compute targets of all workspaces. */
public final class ComputeTargets {
  private final ComputeStore store;

  public ComputeTargets(ComputeStore store) {
    this.store = store;
  }

  /** The target with that name in any letter case; one that is being deleted is gone already. */
  public Optional<ComputeTarget> find(String workspaceId, String name) {
    return store
        .find(workspaceId, name)
        .filter(compute -> !(compute.provisioning() instanceof Provisioning.Deleting))
        .map(Compute::target);
  }

  /** The names of all targets of the workspace. */
  public List<String> names(String workspaceId) {
    return store.list(workspaceId).stream().map(Compute::name).toList();
  }
}
