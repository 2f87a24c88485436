package dev.gatehouse.server.workspace;

import java.util.List;

/** Tells what still lives in a workspace, so that it is not deleted under it. */
@FunctionalInterface
public interface WorkspaceUse {
  /**
   * The names of the services and compute targets in the workspace, each with its kind before it.
   */
  List<String> inhabitants(String workspaceId);
}
