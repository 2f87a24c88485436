package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertificateFacts;
import java.time.Instant;
import java.util.Optional;

/**
 * How a certificate in service stands.
 *
 * @param nextRenewal empty for a custom one, which only its owner can renew
 * @param lastError why the last try to renew it failed
 */
public record Standing(
    CertificateFacts facts,
    long daysLeft,
    boolean brought,
    Optional<Instant> nextRenewal,
    Optional<String> lastError) {

  static Standing of(Stored stored, Instant now) {
    CertificateFacts facts = stored.facts();
    return new Standing(
        facts,
        facts.daysLeft(now),
        stored.brought(),
        stored.brought() ? Optional.empty() : stored.nextAttempt(),
        stored.lastError());
  }
}
