package dev.gatehouse.gateway.trace;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One traced request; its event loop's until it is over, and then its receiver's. */
public final class Trace {
  /** What can happen to a request, each once; later times of the same do not count. */
  public enum Moment {
    /** It asks for a replica. */
    QUEUED,
    /** It has one. */
    TAKEN,
    /** The replica, or the model, begins to answer. */
    ANSWERED
  }

  private final TraceContext server;
  private final long parent;
  private final long client;
  private final Instant at;
  private final long begun;
  private long queued;
  private long taken;
  private long answered;
  private long model;
  private boolean remote;
  private @Nullable String run;

  /**
   * @param server the request's own span
   * @param parent the caller's span, or 0
   * @param client the span of the replica's work, as seen from here
   * @param begun of {@link System#nanoTime}, at that instant
   */
  Trace(TraceContext server, long parent, long client, Instant at, long begun) {
    this.server = server;
    this.parent = parent;
    this.client = client;
    this.at = at;
    this.begun = begun;
  }

  public TraceContext server() {
    return server;
  }

  /** The caller's span, or 0. */
  public long parent() {
    return parent;
  }

  /** The span of the replica's or model's work, as seen from here. */
  public long client() {
    return client;
  }

  public Instant at() {
    return at;
  }

  /** What the replica is told of its place in the trace. */
  TraceContext outgoing() {
    remote = true;
    return new TraceContext(server.high(), server.low(), client, true, server.state());
  }

  /** Whether a replica was told, in another process than this one. */
  public boolean remote() {
    return remote;
  }

  public void mark(Moment moment) {
    long now = System.nanoTime();
    switch (moment) {
      case QUEUED -> queued = queued == 0 ? now : queued;
      case TAKEN -> taken = taken == 0 ? now : taken;
      case ANSWERED -> answered = answered == 0 ? now : answered;
    }
  }

  /** Nanoseconds from the request's begin to that moment; -1 when it has not happened. */
  public long nanos(Moment moment) {
    long then =
        switch (moment) {
          case QUEUED -> queued;
          case TAKEN -> taken;
          case ANSWERED -> answered;
        };
    return then == 0 ? -1 : then - begun;
  }

  /** The model itself took so long. */
  public void modelTook(long nanos) {
    model += nanos;
  }

  /** Nanoseconds that the model itself took; 0 when nobody said. */
  public long model() {
    return model;
  }

  /** Keeps what the replica says of the call of run(). */
  public void ran(@Nullable String report) {
    run = report;
  }

  /** What the replica said of the call of run(), unchecked; empty when it said nothing. */
  public String run() {
    return run == null ? "" : run;
  }
}
