package dev.gatehouse.server.compute;

/** Where a target is in its life. */
sealed interface Provisioning {
  record Creating() implements Provisioning {}

  record Updating() implements Provisioning {}

  record Deleting() implements Provisioning {}

  record Succeeded() implements Provisioning {}

  /** The last change failed; what was there before it is still in service. */
  record Failed(String code, String message) implements Provisioning {}

  /** The word that clients know. */
  default String word() {
    return getClass().getSimpleName();
  }

  default boolean underWay() {
    return switch (this) {
      case Creating _, Updating _, Deleting _ -> true;
      case Succeeded _, Failed _ -> false;
    };
  }
}
