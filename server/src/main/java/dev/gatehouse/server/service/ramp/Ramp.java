package dev.gatehouse.server.service.ramp;

import java.time.Instant;

/**
 * The roll-out of one version, as it is stored.
 *
 * @param fingerprint of what is rolled out and how; another one is another roll-out
 * @param step counted from 0; the last one that was reached when it is over
 * @param since when the step, or the state, began
 * @param why it ended, if it did
 */
public record Ramp(
    String version, String fingerprint, State state, int step, Instant since, String why) {
  /** How far it has come. */
  public enum State {
    /** Under way. */
    ROLLING("Rolling"),
    /** The last step has been passed; the version keeps its traffic. */
    COMPLETED("Completed"),
    /** A bound was passed; the traffic is what it was before. */
    RETURNED("Returned"),
    /** Somebody has said something else about the traffic. */
    ENDED("Ended");

    private final String word;

    State(String word) {
      this.word = word;
    }

    /** As it is shown and stored. */
    public String word() {
      return word;
    }

    static State of(String word) {
      for (State state : values()) {
        if (state.word.equals(word)) {
          return state;
        }
      }
      throw new IllegalArgumentException("roll-out: " + word + " (expected: a known state)");
    }
  }

  static Ramp begin(String version, String fingerprint, Instant now) {
    return new Ramp(version, fingerprint, State.ROLLING, 0, now, "");
  }

  Ramp at(int reached, Instant now) {
    return new Ramp(version, fingerprint, State.ROLLING, reached, now, "");
  }

  Ramp over(State how, Instant now, String reason) {
    return new Ramp(version, fingerprint, how, step, now, reason);
  }
}
