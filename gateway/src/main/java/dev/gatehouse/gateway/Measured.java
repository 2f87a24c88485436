package dev.gatehouse.gateway;

import dev.gatehouse.gateway.http.Tally;
import java.util.Optional;

/**
 * How a version of a service does at this moment, and what it has done since it was first asked.
 *
 * @param host empty where it is served over plain HTTP
 * @param version empty for what the service refused before it chose one
 * @param share percent of the traffic
 * @param copies what it did with copies of other versions' requests, once it got any
 */
public record Measured(
    String host,
    String service,
    String version,
    int share,
    int replicas,
    int inFlight,
    int queued,
    Tally.Counts counts,
    Optional<Copies> copies) {
  /**
   * Requests whose answers nobody got.
   *
   * @param counts those that were asked
   * @param busy those that were not, because it had no capacity free
   * @param large those that were not, because of their size
   */
  public record Copies(Tally.Counts counts, long busy, long large) {}
}
