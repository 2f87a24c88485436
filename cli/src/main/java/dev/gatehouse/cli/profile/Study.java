package dev.gatehouse.cli.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Measures one number of replicas at several loads, in a given time. */
public final class Study {
  /** Of what the replicas can do at most; the first says what that is. */
  private static final List<Double> LOADS = List.of(0.3, 0.5, 0.7, 0.85, 0.95);

  private final Load load;
  private final Supplier<Usage> usage;

  public Study(Load load, Supplier<Usage> usage) {
    this.load = load;
    this.usage = usage;
  }

  /** How many measurements {@link #measure} makes for each number of replicas. */
  public static int steps() {
    return LOADS.size() + 1;
  }

  /**
   * Takes {@code seconds} for each of its steps; the points are of open loads, each request at its
   * own time.
   *
   * @param concurrent requests that one replica takes at a time
   */
  public List<Point> measure(int replicas, int concurrent, double seconds) {
    load.flatOut(replicas, replicas * concurrent, Math.min(1, seconds / 2)); // what is lazy is made
    Point most = load.flatOut(replicas, replicas * concurrent, seconds);
    if (most.done() == 0) {
      return List.of(most);
    }
    var points = new ArrayList<Point>();
    for (double share : LOADS) {
      double before = usage.get().cpuSeconds();
      Point point =
          load.at(
              replicas, Math.min(128, 4 * replicas * concurrent + 8), share * most.done(), seconds);
      double used = usage.get().cpuSeconds() - before;
      points.add(point.withCpu(Math.max(0, used) / Math.max(1, point.sent())));
    }
    return points;
  }
}
