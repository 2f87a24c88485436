package dev.gatehouse.gateway.onnx;

/** A request that gets no scores but this status and sentence. */
final class Refusal extends RuntimeException {
  final int status;

  private Refusal(int status, String message) {
    // Bad requests come in floods: no stack.
    super(message, null, false, false);
    this.status = status;
  }

  static Refusal badRequest(String message) {
    return new Refusal(400, message);
  }

  static Refusal notFound(String message) {
    return new Refusal(404, message);
  }

  static Refusal wrongMethod(String method, String path, String expected) {
    return new Refusal(405, method + " " + path + " is not offered (expected: " + expected + ")");
  }

  static Refusal failed(String message) {
    return new Refusal(500, message);
  }

  static Refusal busy() {
    return new Refusal(503, "too many requests wait for this model (overloaded)");
  }

  static Refusal closed() {
    return new Refusal(503, "this version of the model has just been taken out of service");
  }
}
