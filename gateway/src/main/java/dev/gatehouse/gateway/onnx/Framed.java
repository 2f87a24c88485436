package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model.Answer;

/**
 * An answer whose body may be JSON followed by binary tensors.
 *
 * @param jsonLength where the JSON ends; below the body's length it must be sent as the header
 *     {@value #HEADER}
 */
public record Framed(Answer answer, int jsonLength) {
  /** The header, in requests and answers, of the Open Inference Protocol's binary extension. */
  public static final String HEADER = "Inference-Header-Content-Length";

  Framed took(long nanos) {
    return new Framed(answer.took(nanos), jsonLength);
  }

  static Framed whole(Answer answer) {
    return new Framed(answer, answer.body().length);
  }
}
