package dev.gatehouse.gateway.collect;

import dev.gatehouse.gateway.DataCollection;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** Copies requests and answers within a bound of memory; what has no room is counted and left. */
public final class Collector {
  private final int longest;
  private final AtomicLong free;
  private final InstantSource clock;
  private final Predicate<Collected> receiver;
  private final LongAdder dropped = new LongAdder();

  /**
   * @param longest bytes that are kept of each body
   * @param memory bytes that all copies may take together
   * @param receiver called on event loops: it must not block; false when it has no room
   */
  public Collector(int longest, long memory, InstantSource clock, Predicate<Collected> receiver) {
    this.longest = longest;
    this.free = new AtomicLong(memory);
    this.clock = clock;
    this.receiver = receiver;
  }

  /** The copy of a request, if it is one of those to be collected. */
  public Optional<Collected> begin(DataCollection collection) {
    if (collection.sample() < 1
        && ThreadLocalRandom.current().nextDouble() >= collection.sample()) {
      return Optional.empty();
    }
    if (free.addAndGet(-share()) < 0) {
      free.addAndGet(share());
      dropped.increment();
      return Optional.empty();
    }
    return Optional.of(new Collected(this, collection, clock.instant()));
  }

  void ended(Collected collected) {
    if (!receiver.test(collected)) {
      dropped.increment();
      done();
    }
  }

  void done() {
    free.addAndGet(share());
  }

  /** Bytes that are kept of each body. */
  int longest() {
    return longest;
  }

  private long share() {
    return 2L * longest;
  }

  /** Requests that were to be collected and had no room. */
  public long dropped() {
    return dropped.sum();
  }
}
