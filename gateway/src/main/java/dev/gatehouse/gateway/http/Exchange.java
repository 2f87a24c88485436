package dev.gatehouse.gateway.http;

import io.netty.handler.codec.http.HttpContent;

/** What answers one request; called on the request's event loop only. */
public interface Exchange {
  /** Takes the next part of the body and owns it; a LastHttpContent is the end. */
  void body(HttpContent part);

  /** Everything that could be read at once has been handed over. */
  void bodyPaused();

  /** The client takes more of the answer, or (false) shall be spared for now. */
  void writable(boolean now);

  /** The answer is at its end; more of the body may be on its way, and goes nowhere. */
  default void over() {}

  /** The client has left or has been refused: nothing more may be sent to the front. */
  void gone();
}
