package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;

/** Where a service is in its life. */
sealed interface ServiceState {
  /** On its way to what is wanted. */
  record Transitioning() implements ServiceState {}

  record Healthy() implements ServiceState {}

  /** It serves what it served before; the last change did not work out. */
  record Kept(Problem.Invalid why) implements ServiceState {}

  /** It has served, but did not come up again. */
  record Unhealthy(Problem.Invalid why) implements ServiceState {}

  /** It never came up. */
  record Failed(Problem.Invalid why) implements ServiceState {}

  record Deleting() implements ServiceState {}

  /** The word that clients know. */
  default String word() {
    return switch (this) {
      case Transitioning _ -> "Transitioning";
      case Healthy _, Kept _ -> "Healthy";
      case Unhealthy _ -> "Unhealthy";
      case Failed _ -> "Failed";
      case Deleting _ -> "Deleting";
    };
  }
}
