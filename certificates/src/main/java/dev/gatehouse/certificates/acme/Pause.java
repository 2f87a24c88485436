package dev.gatehouse.certificates.acme;

import java.time.Duration;

/** Waits; virtual where time is. */
@FunctionalInterface
public interface Pause {
  void sleep(Duration time) throws InterruptedException;
}
