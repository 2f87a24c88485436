package dev.gatehouse.gateway.onnx;

/** A model file cannot be served here; the message is one sentence for its owner. */
public final class ModelFault extends RuntimeException {
  ModelFault(String message) {
    super(message);
  }

  ModelFault(String message, Throwable cause) {
    super(message, cause);
  }
}
