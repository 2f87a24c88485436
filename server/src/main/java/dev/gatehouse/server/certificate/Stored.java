package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.CertifiedKey;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A certificate in service as the table keeps it.
 *
 * @param attempt when it is renewed, or warned about if it was brought
 * @param error why the last renewal failed
 */
record Stored(
    String id,
    String owner,
    String host,
    boolean brought,
    CertifiedKey pair,
    @Nullable Instant attempt,
    int failures,
    @Nullable String error) {

  Optional<Instant> nextAttempt() {
    return Optional.ofNullable(attempt);
  }

  Optional<String> lastError() {
    return Optional.ofNullable(error);
  }

  CertificateFacts facts() {
    return CertificateFacts.of(pair.leaf());
  }

  boolean shows(CertifiedKey other) {
    return pair.leaf().equals(other.leaf());
  }
}
