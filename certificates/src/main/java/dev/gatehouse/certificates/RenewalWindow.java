package dev.gatehouse.certificates;

import java.time.Duration;
import java.time.Instant;

/**
 * The time in which an authority wants a certificate renewed (RFC 9773), perhaps over already; it
 * may move, so it is asked for again after {@code askAgain}, but no earlier.
 */
public record RenewalWindow(Instant start, Instant end, Duration askAgain) {
  public RenewalWindow {
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException(
          "end of the window: " + end + " (expected: after its start, " + start + ")");
    }
    if (!askAgain.isPositive()) {
      throw new IllegalArgumentException(
          "time to ask again: " + askAgain + " (expected: more than nothing)");
    }
  }
}
