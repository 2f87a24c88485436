package dev.gatehouse.gateway.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/** The gateway's own answer of 4xx or 5xx, with one sentence for the caller. */
public final class Refusal extends RuntimeException {
  private final HttpResponseStatus status;
  private final Map<String, String> headers;

  public Refusal(HttpResponseStatus status, String message) {
    this(status, message, Map.of());
  }

  public Refusal(HttpResponseStatus status, String message, Map<String, String> headers) {
    // Thrown for every bad request: no stack.
    super(message, null, false, false);
    this.status = status;
    this.headers = Map.copyOf(headers);
  }

  /** A 503 that asks the client to come back in a second. */
  public static Refusal busy(String message) {
    return new Refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, message, Map.of("retry-after", "1"));
  }

  public HttpResponseStatus status() {
    return status;
  }

  public Map<String, String> headers() {
    return headers;
  }

  /** The sentence; never empty. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
