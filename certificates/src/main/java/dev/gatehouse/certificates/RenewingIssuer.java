package dev.gatehouse.certificates;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An issuer that may know when its certificates had best be renewed, and which one replaces which.
 */
public interface RenewingIssuer extends Issuer {
  /**
   * When the issuer wants that certificate renewed; empty where it has no opinion. Throws {@link
   * IssuerFault} when it cannot be asked now: then the window known before still holds.
   */
  Optional<RenewalWindow> renewalWindow(X509Certificate certificate) throws InterruptedException;

  /**
   * Like {@link #issue}, and tells the issuer that the new certificate replaces {@code previous},
   * which most of them free from rate limits; one of another issuer is just not mentioned.
   */
  CertifiedKey renew(X509Certificate previous, List<String> names, Duration life)
      throws InterruptedException;
}
