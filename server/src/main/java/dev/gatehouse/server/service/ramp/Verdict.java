package dev.gatehouse.server.service.ramp;

import dev.gatehouse.server.service.definition.Trial;
import java.time.Duration;

/** What becomes of a roll-out that has done so much in its step. */
sealed interface Verdict {
  /** The step goes on. */
  record Stay() implements Verdict {}

  /** The step's time is over, but it has not had the requests to be judged by. */
  record Wait() implements Verdict {}

  /** The step is passed. */
  record Pass() implements Verdict {}

  /** A bound is passed. */
  record Return(String why) implements Verdict {}

  /**
   * Judges by the requests of the step, or by the plan's least number when there were fewer: then a
   * bound counts as passed when even good answers to all that are missing could not help.
   */
  static Verdict of(Trial.Plan plan, Duration inStep, Window seen) {
    long of = Math.max(seen.requests(), plan.minRequests());
    if (seen.errors() > of * plan.maxErrorPercent() / 100) {
      return new Return(
          "%d of %d requests failed; at most %s %% may"
              .formatted(seen.errors(), seen.requests(), number(plan.maxErrorPercent())));
    }
    if (plan.maxP99().isPresent() && seen.slow() > of / 100) {
      return new Return(
          "%d of %d requests took longer than %d ms; at most 1 %% may"
              .formatted(seen.slow(), seen.requests(), plan.maxP99().get().toMillis()));
    }
    if (inStep.compareTo(plan.interval()) < 0) {
      return new Stay();
    }
    return seen.requests() < plan.minRequests() ? new Wait() : new Pass();
  }

  private static String number(double percent) {
    return percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent);
  }
}
