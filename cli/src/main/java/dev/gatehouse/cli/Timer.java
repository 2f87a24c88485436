package dev.gatehouse.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Waits; the only place where a command sleeps. */
final class Timer {
  private final InstantSource clock;

  Timer(InstantSource clock) {
    this.clock = clock;
  }

  /** Something that is there or not yet. */
  interface Probe<T> {
    Optional<T> look();
  }

  InstantSource clock() {
    return clock;
  }

  /** Looks again and again, after {@code pause} each time; empty when it took too long. */
  <T> Optional<T> until(Duration patience, Duration pause, Probe<T> probe) {
    Instant end = clock.instant().plus(patience);
    while (true) {
      Optional<T> found = probe.look();
      if (found.isPresent() || clock.instant().isAfter(end)) {
        return found;
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Failure(ExitCode.FAILED, "The command was interrupted.");
      }
    }
  }
}
