package dev.gatehouse.server.compute.local;

import java.time.Duration;

/** Where a replica is in its life, after it was ready for the first time. */
public sealed interface ReplicaState {

  /** Its socket answers. */
  record Ready() implements ReplicaState {}

  /** It ended by itself or was killed for its memory; a new process starts after the pause. */
  record Restarting(int attempt, String reason, Duration pause) implements ReplicaState {}

  /** It crashed too often in a row; from now on it is started once a minute only. */
  record GivenUp(String reason) implements ReplicaState {}

  /** It was told to stop. */
  record Stopped() implements ReplicaState {}
}
