package dev.gatehouse.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts the requests of one version; adding takes no lock and makes no object. */
public final class Tally {
  private static final long[] BOUNDS_MICROS = {
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000
  };
  private static final int CLASSES = 5;

  private final String service;
  private final String version;
  private final LongAdder[] classes = adders(CLASSES);
  private final LongAdder[] buckets = adders(BOUNDS_MICROS.length + 1);
  private final LongAdder micros = new LongAdder();
  private final LongAdder[] modelBuckets = adders(BOUNDS_MICROS.length + 1);
  private final LongAdder modelNanos = new LongAdder();
  private final LongAdder slow = new LongAdder();
  private volatile long slowPast = Long.MAX_VALUE;

  /**
   * What has been counted.
   *
   * @param classes how many answers began with 1, 2, 3, 4 and 5
   * @param buckets how many took at most the bound of the same place, and the rest, not cumulated
   * @param seconds that all took together
   * @param model the same of the times that the model itself took
   * @param slow how many took longer than the version's own bound
   */
  public record Counts(
      List<Long> classes, List<Long> buckets, double seconds, Times model, long slow) {
    public static final Counts NONE = new Tally("", "").counts();

    public Counts {
      classes = List.copyOf(classes);
      buckets = List.copyOf(buckets);
    }

    public long requests() {
      return classes.stream().mapToLong(n -> n).sum();
    }

    /** Answers of 500 and above, be they the version's or the gateway's for it. */
    public long errors() {
      return classes.getLast();
    }
  }

  /**
   * A histogram.
   *
   * @param buckets not cumulated, the last one past all bounds
   */
  public record Times(List<Long> buckets, double seconds) {
    public Times {
      buckets = List.copyOf(buckets);
    }
  }

  /**
   * @param version empty for the requests that reach none
   */
  public Tally(String service, String version) {
    this.service = service;
    this.version = version;
  }

  /** The upper bounds of the buckets but the last, in seconds. */
  public static List<Double> bounds() {
    var bounds = new ArrayList<Double>();
    for (long bound : BOUNDS_MICROS) {
      bounds.add(bound / 1e6);
    }
    return bounds;
  }

  /** Counts what took longer apart from now on. */
  public void slowPast(long nanos) {
    slowPast = nanos;
  }

  /** Counts a request that is over. */
  public void add(int status, long nanos) {
    classes[Math.clamp(status / 100, 1, CLASSES) - 1].increment();
    long took = nanos / 1_000;
    buckets[bucket(took)].increment();
    micros.add(took);
    if (nanos > slowPast) {
      slow.increment();
    }
  }

  /** Counts what the model itself took. */
  public void modelTook(long nanos) {
    modelBuckets[bucket(nanos / 1_000)].increment();
    modelNanos.add(nanos);
  }

  private static int bucket(long took) {
    int bucket = 0;
    while (bucket < BOUNDS_MICROS.length && took > BOUNDS_MICROS[bucket]) {
      bucket++;
    }
    return bucket;
  }

  String service() {
    return service;
  }

  String version() {
    return version;
  }

  public Counts counts() {
    return new Counts(
        sums(classes),
        sums(buckets),
        micros.sum() / 1e6,
        new Times(sums(modelBuckets), modelNanos.sum() / 1e9),
        slow.sum());
  }

  private static LongAdder[] adders(int count) {
    var adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }

  private static List<Long> sums(LongAdder[] adders) {
    var sums = new ArrayList<Long>();
    for (var adder : adders) {
      sums.add(adder.sum());
    }
    return sums;
  }
}
