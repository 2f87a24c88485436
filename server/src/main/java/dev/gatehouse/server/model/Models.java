package dev.gatehouse.server.model;

import dev.gatehouse.server.artifact.StoredFile;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Registered models. */
public final class Models {
  /**
   * The model with the id {@code name:version}; a problem of 404 (ModelNotFound) when there is
   * none.
   */
  public RegisteredModel require(String workspaceId, String id) {
    throw new UnsupportedOperationException();
  }

  /**
   * The model's files, each with its path below the model: {@code ridge.pkl}, {@code
   * modeldir/deep/b c.txt}.
   */
  public List<StoredFile> files(RegisteredModel model) {
    throw new UnsupportedOperationException();
  }

  /**
   * The model as an item of a service's {@code models}, with all keys that need to be there
   * (PROTOCOL.md 9.4).
   */
  public ObjectNode forService(RegisteredModel model) {
    throw new UnsupportedOperationException();
  }
}
