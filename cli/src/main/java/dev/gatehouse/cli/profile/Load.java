package dev.gatehouse.cli.profile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Sends requests at a given load over connections that are kept. */
public final class Load {

  /** Sends bodies one after the other over one connection; used by one thread. */
  public interface Caller extends AutoCloseable {
    /** Returns the status; a fault means that a new connection is made for the next body. */
    int call(String body) throws IOException;

    @Override
    void close();
  }

  /** Makes callers. */
  public interface Callers {
    Caller open();
  }

  private static final double NANOS = 1e9;

  private final Callers callers;
  private final List<String> bodies;
  private final LongSupplier nanos;
  private final RandomGenerator random;
  private final AtomicInteger left;

  /** At most {@code limit} requests are sent in its life. */
  public Load(
      Callers callers, List<String> bodies, LongSupplier nanos, RandomGenerator random, int limit) {
    this.callers = callers;
    this.bodies = List.copyOf(bodies);
    this.nanos = nanos;
    this.random = random;
    this.left = new AtomicInteger(limit);
  }

  /** As many as {@code connections} can take: each sends its next when the last is answered. */
  public Point flatOut(int replicas, int connections, double seconds) {
    long end = nanos.getAsLong() + (long) (seconds * NANOS);
    return run(
        replicas,
        connections,
        0,
        () -> {
          long now = nanos.getAsLong();
          return now < end && left.getAndDecrement() > 0 ? now : -1;
        });
  }

  /**
   * So many a second, at random moments as independent clients would; latency counts from the
   * moment a request is due, so that a slow answer cannot hide what waits behind it.
   */
  public Point at(int replicas, int connections, double rate, double seconds) {
    int wanted = Math.max(1, (int) Math.min(left.get(), rate * seconds));
    var due = new long[wanted];
    long began = nanos.getAsLong();
    double at = began;
    for (int i = 0; i < wanted; i++) {
      at += -Math.log(1 - random.nextDouble()) / rate * NANOS;
      due[i] = (long) at;
    }
    var next = new AtomicInteger();
    return run(
        replicas,
        connections,
        rate,
        () -> {
          int mine = next.getAndIncrement();
          return mine < wanted && left.getAndDecrement() > 0 ? due[mine] : -1;
        });
  }

  private interface Schedule {
    /** When the next one is due; -1 when there is none. */
    long next();
  }

  private Point run(int replicas, int connections, double rate, Schedule schedule) {
    var seen = new Seen();
    var threads = new ArrayList<Thread>();
    long began = nanos.getAsLong();
    for (int i = 0; i < connections; i++) {
      int first = i;
      threads.add(Thread.ofVirtual().start(() -> work(schedule, seen, first)));
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
        left.set(0);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return seen.point(replicas, rate, Math.max(1, nanos.getAsLong() - began) / NANOS);
  }

  private void work(Schedule schedule, Seen seen, int first) {
    int turn = first;
    try (Caller caller = callers.open()) {
      for (long due = schedule.next(); due >= 0; due = schedule.next()) {
        for (long wait = due - nanos.getAsLong(); wait > 0; wait = due - nanos.getAsLong()) {
          LockSupport.parkNanos(wait);
        }
        String fault = "";
        try {
          int status = caller.call(bodies.get(turn++ % bodies.size()));
          fault = status == 200 ? "" : "status " + status;
        } catch (IOException e) {
          fault = String.valueOf(e.getMessage());
        }
        seen.add(nanos.getAsLong() - due, fault);
      }
    }
  }

  /** Filled by several threads. */
  private static final class Seen {
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicReference<String> firstFault = new AtomicReference<>("");
    private final AtomicLong[] buckets =
        java.util.stream.Stream.generate(AtomicLong::new).limit(4000).toArray(AtomicLong[]::new);

    void add(long latency, String fault) {
      count.incrementAndGet();
      if (!fault.isEmpty()) {
        failed.incrementAndGet();
        firstFault.compareAndSet("", fault);
      } else {
        buckets[bucket(latency)].incrementAndGet();
      }
    }

    /** Each is half a percent wider than the one before; the first ends at one microsecond. */
    private static int bucket(long latency) {
      double micros = Math.max(1, latency / 1e3);
      return (int) Math.min(3999, Math.log(micros) / Math.log(1.005));
    }

    private double quantile(double share) {
      long all = Arrays.stream(buckets).mapToLong(AtomicLong::get).sum();
      long below = 0;
      for (int i = 0; i < buckets.length; i++) {
        below += buckets[i].get();
        if (below > 0 && below >= share * all) {
          return Math.pow(1.005, i + 0.5) / 1e3;
        }
      }
      return 0;
    }

    Point point(int replicas, double rate, double seconds) {
      double done = (count.get() - failed.get()) / seconds;
      return new Point(
          replicas,
          rate > 0 ? rate : done,
          done,
          quantile(0.5),
          quantile(0.95),
          quantile(0.99),
          count.get(),
          failed.get(),
          firstFault.get(),
          0);
    }
  }
}
