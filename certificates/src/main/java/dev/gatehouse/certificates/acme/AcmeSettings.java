package dev.gatehouse.certificates.acme;

import java.time.Duration;

/**
 * How certificates are obtained from one authority; {@code profile} is empty for the authority's
 * own choice, {@code patience} bounds the waiting for one order.
 */
public record AcmeSettings(
    AcmeServer server, AcmeAccount account, String profile, Duration patience) {
  public AcmeSettings {
    if (!patience.isPositive()) {
      throw new IllegalArgumentException("patience: " + patience + " (expected: as in PT5M)");
    }
  }
}
