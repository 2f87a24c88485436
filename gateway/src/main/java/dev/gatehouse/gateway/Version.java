package dev.gatehouse.gateway;

import java.time.Duration;

/**
 * One deployed version of a web service.
 *
 * @param share percent of the traffic, 0 to 100; the shares of a route add up to 100
 * @param collection whether what it is asked and answers is collected
 */
public record Version(
    String name, int share, Backend backend, Limits limits, DataCollection collection) {
  /** A version of which nothing is collected. */
  public Version(String name, int share, Backend backend, Limits limits) {
    this(name, share, backend, limits, DataCollection.OFF);
  }

  /**
   * @param concurrent requests that one replica works on at a time
   * @param queueWait how long a request waits for a free replica before it is refused with 503
   * @param scoringTimeout from the request's last byte to the answer's first; past it 504
   */
  public record Limits(int concurrent, Duration queueWait, Duration scoringTimeout) {}
}
