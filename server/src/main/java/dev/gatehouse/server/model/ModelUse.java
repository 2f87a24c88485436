package dev.gatehouse.server.model;

import java.util.List;

/** Tells whether somebody still uses a model, so that it is not deleted under them. */
@FunctionalInterface
public interface ModelUse {
  /** The names of the services that use the model with this id. */
  List<String> users(String workspaceId, String modelId);
}
