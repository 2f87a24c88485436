package dev.gatehouse.server.operation;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * One long job.
 *
 * @param id 32 hex digits
 * @param kind names the {@link Work} that does it
 * @param scope the workspace's id, or what else the subject is unique in
 * @param subject the name of the thing that it changes
 * @param input what the work needs to know; never holds a secret
 */
public record Operation(
    String id,
    String kind,
    String scope,
    String subject,
    JsonNode input,
    State state,
    Instant created) {

  /** Where an operation is in its life. */
  public sealed interface State {
    /** Stored, not begun; also after a crash, until it is taken up again. */
    record Waiting() implements State {}

    record Running() implements State {}

    record Succeeded(Instant at) implements State {}

    /** The stable code and the sentence of the problem that ended it. */
    record Failed(String code, String message, Instant at) implements State {}
  }

  /** Whether it will never change again. */
  public boolean ended() {
    return switch (state) {
      case State.Waiting _, State.Running _ -> false;
      case State.Succeeded _, State.Failed _ -> true;
    };
  }
}
