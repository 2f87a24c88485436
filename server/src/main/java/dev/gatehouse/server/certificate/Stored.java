package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.Pem;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A certificate in service as the table keeps it.
 *
 * @param attempt when it is renewed, or warned about if it was brought
 * @param renewal when it is to be renewed if nothing goes wrong; an attempt before that is one to
 *     come back to a better issuer
 * @param error why the last renewal failed
 */
record Stored(
    String id,
    String owner,
    String host,
    Origin origin,
    CertifiedKey pair,
    @Nullable Instant attempt,
    @Nullable Instant renewal,
    int failures,
    @Nullable String error) {

  boolean brought() {
    return origin instanceof Origin.Brought;
  }

  Optional<Instant> nextAttempt() {
    return Optional.ofNullable(attempt);
  }

  Optional<Instant> plannedRenewal() {
    return Optional.ofNullable(renewal);
  }

  Optional<String> lastError() {
    return Optional.ofNullable(error);
  }

  CertificateFacts facts() {
    return CertificateFacts.of(pair.leaf());
  }

  String chainPem() {
    return Pem.of(pair.chain());
  }
}
