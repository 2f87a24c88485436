package dev.gatehouse.gateway.trace;

import dev.gatehouse.gateway.Served;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;

/** Which requests are traced, and who is told of them when they are over. */
public final class Tracing {
  private final long bound;
  private final InstantSource clock;
  private final BiConsumer<Trace, Served> receiver;

  /**
   * @param ratio of the requests that begin a trace, 0 to 1; others do as their caller does
   * @param receiver called on event loops: it must not block
   */
  public Tracing(double ratio, InstantSource clock, BiConsumer<Trace, Served> receiver) {
    this.bound = ratio >= 1 ? Long.MAX_VALUE : (long) (ratio * Long.MAX_VALUE);
    this.clock = clock;
    this.receiver = receiver;
  }

  /**
   * The request's trace, if it is sampled; a trace context that cannot be read is taken out of the
   * headers.
   *
   * @param always every request that begins a trace is sampled, whatever the ratio
   * @param nanos when the request began, of {@link System#nanoTime}
   */
  public Optional<Trace> begin(HttpHeaders headers, boolean always, long nanos) {
    boolean named = headers.contains(TraceContext.PARENT);
    var caller = named ? TraceContext.read(headers) : Optional.<TraceContext>empty();
    var random = ThreadLocalRandom.current();
    if (caller.isPresent()) {
      var parent = caller.get();
      if (!parent.sampled()) {
        return Optional.empty();
      }
      var own = new TraceContext(parent.high(), parent.low(), id(random), true, parent.state());
      return Optional.of(trace(own, parent.span(), nanos));
    }
    if (named) {
      headers.remove(TraceContext.PARENT);
    }
    // Without a parent that can be read, its state has no meaning.
    headers.remove(TraceContext.STATE);
    long low = id(random);
    // The half that others' samplers of the same ratio look at.
    if (!always && (low & Long.MAX_VALUE) >= bound) {
      return Optional.empty();
    }
    return Optional.of(
        trace(new TraceContext(random.nextLong(), low, id(random), true, ""), 0, nanos));
  }

  private Trace trace(TraceContext own, long parent, long nanos) {
    var now = clock.instant().minusNanos(Math.max(0, System.nanoTime() - nanos));
    return new Trace(own, parent, id(ThreadLocalRandom.current()), now, nanos);
  }

  /** Ids tell spans apart and guard nothing; 0 is none. */
  private static long id(ThreadLocalRandom random) {
    long id;
    do {
      id = random.nextLong();
    } while (id == 0);
    return id;
  }

  /** Tells a replica of its place in the trace. */
  public static void propagate(HttpHeaders headers, Trace trace) {
    headers.set(TraceContext.PARENT, trace.outgoing().header());
    if (trace.server().state().isEmpty()) {
      headers.remove(TraceContext.STATE);
    }
  }

  /**
   * Tells a replica that the request is in no trace that is kept, unless the caller has said so.
   */
  public static void propagateUnsampled(HttpHeaders headers) {
    if (!headers.contains(TraceContext.PARENT)) {
      var random = ThreadLocalRandom.current();
      headers.set(
          TraceContext.PARENT,
          new TraceContext(random.nextLong(), id(random), id(random), false, "").header());
    }
  }

  public void ended(Trace trace, Served served) {
    receiver.accept(trace, served);
  }
}
