package dev.gatehouse.server.model;

import tools.jackson.databind.node.ObjectNode;

/**
 * One version of a registered model.
 *
 * @param framework Custom, TensorFlow, ScikitLearn, Onnx, TfKeras, PyTorch or Multi
 * @param document the model as clients get it (PROTOCOL.md 8.3)
 */
public record RegisteredModel(
    String workspaceId, String name, int version, String framework, ObjectNode document) {
  /** {@code name:version}. */
  public String id() {
    return name + ":" + version;
  }
}
