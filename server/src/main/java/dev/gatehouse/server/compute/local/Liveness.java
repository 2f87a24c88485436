package dev.gatehouse.server.compute.local;

import java.time.Duration;

/**
 * How a replica that lives but no longer answers is found, and replaced.
 *
 * @param initialDelay from its first answer to the first question
 * @param timeout how long an answer is waited for
 * @param failures so many missing answers in a row end it
 */
public record Liveness(Duration initialDelay, Duration period, Duration timeout, int failures) {
  /** What the cloud does where nothing is said. */
  public static final Liveness DEFAULT =
      new Liveness(Duration.ofSeconds(310), Duration.ofSeconds(10), Duration.ofSeconds(2), 3);

  /** The same, with more patience: nothing shorter than that is waited for. */
  public Liveness waitingAtLeast(Duration least) {
    return timeout.compareTo(least) >= 0
        ? this
        : new Liveness(initialDelay, period, least, failures);
  }
}
