package dev.gatehouse.gateway;

import org.jspecify.annotations.Nullable;

/** A model that scores in the gateway's process; called from many threads at once. */
public interface Model {
  /** Answers one whole request; never throws for bad input, which is an answer of 400. */
  Answer score(Ask ask);

  /** The request below the service's own path, so {@code /score} or {@code /v2/models/m/infer}. */
  record Ask(String method, String path, @Nullable String contentType, byte[] body) {}

  /**
   * The response; the body is written as it is.
   *
   * @param nanos that the model itself took, without reading and writing; 0 when it was not run
   */
  record Answer(int status, String contentType, byte[] body, long nanos) {
    /** An answer for which no model was run. */
    public Answer(int status, String contentType, byte[] body) {
      this(status, contentType, body, 0);
    }

    /** The same with the time that the model took. */
    public Answer took(long nanos) {
      return new Answer(status, contentType, body, nanos);
    }
  }
}
