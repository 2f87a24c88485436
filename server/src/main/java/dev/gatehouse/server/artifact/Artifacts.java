package dev.gatehouse.server.artifact;

import java.util.List;

/** Uploaded files by workspace, origin, container and path. */
public final class Artifacts {
  /**
   * The file at the path, or those under it, in the order of their paths; empty when there is none.
   */
  public List<StoredFile> under(String workspaceId, ArtifactReference prefix) {
    throw new UnsupportedOperationException();
  }
}
