package dev.gatehouse.server.certificate;

import java.util.Optional;

/** Where a certificate comes from. */
public sealed interface Origin {
  /** Its owner brought it, and renews it. */
  record Brought(Remarks remarks) implements Origin {}

  /**
   * We had it issued.
   *
   * @param issuer by its name in the settings
   * @param profile that was asked for, or empty
   */
  record Issued(String issuer, String profile) implements Origin {}

  default Optional<Issued> issued() {
    return switch (this) {
      case Brought _ -> Optional.empty();
      case Issued issued -> Optional.of(issued);
    };
  }
}
