package dev.gatehouse.cli.profile;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a service should be given.
 *
 * @param rate requests a second that it is for
 * @param replicas 0 when no number of them was seen to keep the latency
 * @param cpu cores of each replica
 * @param memoryGb of each replica
 * @param measured whether that number of replicas was measured, not reckoned from fewer
 * @param why one sentence
 */
public record Advice(
    double rate, int replicas, double cpu, double memoryGb, boolean measured, String why) {

  /** Replicas are not planned to be busier than this, so that bursts find a free one. */
  static final double UTILISATION = 0.7;

  private static final double SPARE_MEMORY = 1.25;

  /**
   * What is wanted.
   *
   * @param rate requests a second; empty for as many as one replica bears
   * @param p95 milliseconds; empty for any
   */
  public record Wish(Optional<Double> rate, Optional<Double> p95) {}

  /** From what was measured; {@code peakBytes} is the memory of one replica. */
  public static Advice from(List<Point> points, Wish wish, long peakBytes) {
    double cpuSeconds = median(points.stream().map(Point::cpuSeconds).sorted().toList());
    double memory = Math.max(0.1, Math.ceil(peakBytes * SPARE_MEMORY / (1 << 30) * 10) / 10);
    List<Point> good =
        points.stream()
            .filter(Point::sustained)
            .filter(point -> wish.p95().map(limit -> point.p95() <= limit).orElse(true))
            .toList();
    if (good.isEmpty()) {
      double best = points.stream().mapToDouble(Point::p95).min().orElse(0);
      return new Advice(
          wish.rate().orElse(0.0),
          0,
          0,
          memory,
          false,
          "At no load was the p95 within %s ms (the least was %.1f ms): a faster model, or a longer wish, is needed."
              .formatted(wish.p95().map("%.1f"::formatted).orElse("any"), best));
    }
    int fewest = good.stream().mapToInt(Point::replicas).min().orElseThrow();
    double rate = wish.rate().orElseGet(() -> most(good, fewest));
    Optional<Integer> enough =
        good.stream()
            .map(Point::replicas)
            .distinct()
            .sorted()
            .filter(count -> most(good, count) >= rate * 0.999)
            .findFirst();
    Point best =
        good.stream()
            .max(Comparator.comparingDouble(point -> point.offered() / point.replicas()))
            .orElseThrow();
    int replicas =
        enough.orElseGet(() -> (int) Math.ceil(rate / (best.offered() / best.replicas())));
    double cpu =
        Math.max(0.1, Math.ceil(rate / replicas * cpuSeconds / UTILISATION * 10 - 1e-6) / 10);
    return new Advice(
        rate,
        replicas,
        cpu,
        memory,
        enough.isPresent(),
        enough
            .map(count ->
                "%d replica%s bore %.1f requests/s%s."
                    .formatted(count, count == 1 ? "" : "s", most(good, count), kept(wish)))
            .orElseGet(() ->
                "Reckoned from %.1f requests/s of each of %d%s; measure again with --replicas %d."
                    .formatted(
                        best.offered() / best.replicas(), best.replicas(), kept(wish), replicas)));
  }

  private static String kept(Wish wish) {
    return wish.p95().map(" with a p95 within %.1f ms"::formatted).orElse("");
  }

  private static double most(List<Point> points, int replicas) {
    return points.stream()
        .filter(point -> point.replicas() == replicas)
        .mapToDouble(Point::offered)
        .max()
        .orElse(0);
  }

  private static double median(List<Double> sorted) {
    return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
  }
}
