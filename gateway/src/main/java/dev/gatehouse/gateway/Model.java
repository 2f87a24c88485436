package dev.gatehouse.gateway;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A model that scores in the gateway's process; called from many threads at once. */
public interface Model {
  /**
   * The header, in requests and answers, that says where JSON ends and binary tensors begin: the
   * Open Inference Protocol's binary extension.
   */
  String JSON_LENGTH = "Inference-Header-Content-Length";

  /** Answers one whole request; never throws for bad input, which is an answer of 400. */
  Answer score(Ask ask);

  /** Whether a small request costs less than handing it to another thread and back. */
  default boolean brisk() {
    return true;
  }

  /** Whether small requests are joined with others: then {@link #join} is called for them. */
  default boolean joins() {
    return false;
  }

  /** Answers later, on any thread, exactly once; never blocks. */
  default void join(Ask ask, Consumer<Answer> to) {
    to.accept(score(ask));
  }

  /**
   * The request below the service's own path, so {@code /score} or {@code /v2/models/m/infer}.
   *
   * @param jsonLength what {@link #JSON_LENGTH} says; the body's length without that header
   */
  record Ask(
      String method, String path, @Nullable String contentType, byte[] body, int jsonLength) {
    public Ask(String method, String path, @Nullable String contentType, byte[] body) {
      this(method, path, contentType, body, body.length);
    }
  }

  /**
   * The response; the body is written as it is.
   *
   * @param jsonLength below the body's length it is sent as {@link #JSON_LENGTH}
   * @param nanos that the model itself took, without reading and writing; 0 when it was not run
   */
  record Answer(int status, String contentType, byte[] body, int jsonLength, long nanos) {
    /** An answer for which no model was run. */
    public Answer(int status, String contentType, byte[] body) {
      this(status, contentType, body, 0L);
    }

    /** An answer without binary tensors. */
    public Answer(int status, String contentType, byte[] body, long nanos) {
      this(status, contentType, body, body.length, nanos);
    }

    /** The same with binary tensors from there on. */
    public Answer framed(int jsonLength) {
      return new Answer(status, contentType, body, jsonLength, nanos);
    }

    /** The same with the time that the model took. */
    public Answer took(long nanos) {
      return new Answer(status, contentType, body, jsonLength, nanos);
    }
  }
}
