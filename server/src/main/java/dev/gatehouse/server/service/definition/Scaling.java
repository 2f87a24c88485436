package dev.gatehouse.server.service.definition;

import java.time.Duration;

/**
 * How many replicas run.
 *
 * @param targetPercent busy share of the replicas that is aimed at
 * @param period over which the load is averaged
 */
public record Scaling(int least, int most, int targetPercent, Duration period) {
  /** Always the same number. */
  static Scaling fixed(int replicas) {
    return new Scaling(replicas, replicas, 100, Duration.ofSeconds(1));
  }

  /** The number within the bounds that is nearest to the given one. */
  public int within(int replicas) {
    return Math.clamp(replicas, least, most);
  }
}
