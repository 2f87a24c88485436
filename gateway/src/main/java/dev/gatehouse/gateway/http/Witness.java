package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.DataCollection;
import dev.gatehouse.gateway.trace.Trace;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/** What an exchange tells of itself; it costs next to nothing when nobody wants to know. */
public interface Witness {
  /** The header in which our runner tells when it called run(); not for clients. */
  AsciiString RUN = AsciiString.cached("x-gatehouse-run");

  /** Where the request is counted when it is over; the last word counts. */
  void count(Tally tally);

  /** The model itself took so long for this request; a request may have several such times. */
  void modelTook(long nanos);

  /** Begins a trace, if this request is to be traced; {@code always} when its service says so. */
  void trace(boolean always);

  /** Puts our place in the trace into the request's headers, for a replica. */
  void propagate();

  /** Something has happened just now. */
  void mark(Trace.Moment moment);

  /** Takes what the replica's answer says about its call of run(). */
  void ran(HttpHeaders answer);

  /** Copies request and answer as far as that says; before the body comes. */
  void collect(DataCollection collection);
}
