package dev.gatehouse.certificates.acme;

import java.time.Duration;

/**
 * How certificates are obtained from one authority.
 *
 * @param profile empty for the authority's own choice
 * @param life asked for in each order, zero for the authority's own choice, which is all that most
 *     of them offer
 * @param patience bounds the waiting for one order
 */
public record AcmeSettings(
    AcmeServer server, AcmeAccount account, String profile, Duration life, Duration patience) {
  public AcmeSettings {
    if (life.isNegative()) {
      throw new IllegalArgumentException("life: " + life + " (expected: as in PT144H, or zero)");
    }
    if (!patience.isPositive()) {
      throw new IllegalArgumentException("patience: " + patience + " (expected: as in PT5M)");
    }
  }

  /** With lives as the authority likes. */
  public AcmeSettings(AcmeServer server, AcmeAccount account, String profile, Duration patience) {
    this(server, account, profile, Duration.ZERO, patience);
  }
}
