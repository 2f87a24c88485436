package dev.gatehouse.api;

import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is told of a certificate.
 *
 * @param nextRenewal empty text where nobody says it
 */
public record ServedCertificate(String issuer, Instant notAfter, String nextRenewal) {

  /** What a handshake shows. */
  public static ServedCertificate of(X509Certificate certificate) {
    return new ServedCertificate(
        certificate.getIssuerX500Principal().getName(), certificate.getNotAfter().toInstant(), "");
  }

  /** What a compute target tells, empty when it tells nothing that can be read. */
  static Optional<ServedCertificate> read(JsonNode document) {
    try {
      return Optional.of(
          new ServedCertificate(
              Wire.text(document, "issuer"),
              Instant.parse(Wire.text(document, "notAfter")),
              document.path("nextRenewal").asString("")));
    } catch (IllegalArgumentException | DateTimeException _) {
      return Optional.empty();
    }
  }

  public long daysLeft(InstantSource clock) {
    return Duration.between(clock.instant(), notAfter).toDays();
  }
}
