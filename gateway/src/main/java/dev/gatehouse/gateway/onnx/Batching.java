package dev.gatehouse.gateway.onnx;

import java.time.Duration;

/**
 * How requests are joined into one run of a model.
 *
 * @param rows the most rows of one run
 * @param patience how long the first request of a run waits for others
 */
public record Batching(int rows, Duration patience) {
  private static final int MOST_ROWS = 4_096;
  private static final Duration LONGEST = Duration.ofSeconds(1);

  public Batching {
    if (rows < 2 || rows > MOST_ROWS) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: 2 to " + MOST_ROWS + ")");
    }
    if (patience.isNegative() || patience.isZero() || patience.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("patience: " + patience + " (expected: up to 1 s)");
    }
  }
}
