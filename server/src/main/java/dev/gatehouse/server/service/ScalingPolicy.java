package dev.gatehouse.server.service;

import dev.gatehouse.gateway.Load;
import dev.gatehouse.server.service.definition.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Decides how many replicas one version needs, by the documented rule: so many that the requests at
 * work and waiting keep the target share of them busy; more at once, fewer only when a minute has
 * not needed them. Not for several threads.
 */
final class ScalingPolicy {
  /** Less than a minute, so that surplus replicas are gone within one. */
  static final Duration CAUTION = Duration.ofSeconds(55);

  /** More load must fit before a replica is given up, lest it be wanted again at once. */
  private static final double SLACK = 1.15;

  private final Deque<Wish> wishes = new ArrayDeque<>();
  private Instant began;
  private long requests;
  private int samples;

  private static int replicas(Scaling scaling, double busy) {
    return scaling.within((int) Math.ceil(busy * 100 / scaling.targetPercent() - 1e-9));
  }

  private record Wish(Instant at, int replicas) {}

  ScalingPolicy(Instant now) {
    began = now;
    // As if the current number had been needed until now.
    wishes.add(new Wish(now, Integer.MAX_VALUE));
  }

  /**
   * Takes one more look at the load into account; looks are to be evenly spaced.
   *
   * @param current replicas that run
   * @param concurrent requests that one of them works on at a time
   */
  int decide(Instant now, Scaling scaling, int current, int concurrent, Load load) {
    requests += load.busy() + load.waiting();
    samples++;
    if (now.isBefore(began.plus(scaling.period()))) {
      return scaling.within(current);
    }
    double busy = (double) requests / samples / concurrent;
    began = now;
    requests = 0;
    samples = 0;
    int wished = replicas(scaling, busy);
    wishes.add(new Wish(now, replicas(scaling, busy * SLACK)));
    wishes.removeIf(wish -> wish.at().isBefore(now.minus(CAUTION)));
    int needed = wishes.stream().mapToInt(Wish::replicas).max().orElse(wished);
    return scaling.within(Math.max(wished, Math.min(current, needed)));
  }
}
