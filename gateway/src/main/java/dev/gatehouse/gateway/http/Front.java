package dev.gatehouse.gateway.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.function.Consumer;

/** The asking side of one request; used on its event loop only. */
public interface Front {
  EventLoop loop();

  /** The head of the answer, or the whole of it, framed for the client; not flushed. */
  void answer(HttpResponse head);

  /** A part of the answer, owned by the front; a LastHttpContent ends the exchange. */
  void part(HttpContent part);

  void flush();

  boolean writable();

  /** Lets the body come, or holds it back; what is already decoded still comes. */
  void reading(boolean on);

  /** The most bytes of body that are let through; past it the client gets 413. */
  void limit(long bytes);

  /** Ends the exchange with the refusal, or by breaking off if an answer has begun. */
  void refuse(Refusal refusal);

  /** Sets headers on the answer, whoever makes it. */
  void adorn(Consumer<HttpHeaders> headers);

  /** Where the exchange tells what traces and collections want to know. */
  Witness witness();

  /** A time limit that the exchange may use until it ends. */
  Deadline deadline();
}
