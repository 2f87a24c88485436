package dev.gatehouse.gateway;

import java.time.Duration;

/**
 * One deployed version of a web service.
 *
 * @param share percent of the traffic, 0 to 100; the shares of a route add up to 100
 * @param collection whether what it is asked and answers is collected
 */
public record Version(
    String name,
    int share,
    Backend backend,
    Limits limits,
    DataCollection collection,
    Trial trial) {

  /** A version of which nothing is collected, and that is not on trial. */
  public Version(String name, int share, Backend backend, Limits limits) {
    this(name, share, backend, limits, DataCollection.OFF, Trial.NONE);
  }

  /** A version that is not on trial. */
  public Version(
      String name, int share, Backend backend, Limits limits, DataCollection collection) {
    this(name, share, backend, limits, collection, Trial.NONE);
  }

  /**
   * How a version is tried out.
   *
   * @param mirror percent of the requests to the other versions of which it gets copies while it
   *     has no share; nobody gets its answers to them
   * @param slow answers that took longer are counted apart
   */
  public record Trial(int mirror, Duration slow) {
    public static final Trial NONE = new Trial(0, Duration.ofNanos(Long.MAX_VALUE));

    public Trial {
      if (mirror < 0 || mirror > 100) {
        throw new IllegalArgumentException("mirror: " + mirror + " (expected: 0 to 100)");
      }
    }
  }

  /**
   * @param concurrent requests that one replica works on at a time
   * @param queueWait how long a request waits for a free replica before it is refused with 503
   * @param scoringTimeout from the request's last byte to the answer's first; past it 504
   */
  public record Limits(int concurrent, Duration queueWait, Duration scoringTimeout) {}
}
