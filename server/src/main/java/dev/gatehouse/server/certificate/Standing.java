package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertificateFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a certificate in service stands.
 *
 * @param nextRenewal empty for a custom one, which only its owner can renew
 * @param window in which its issuer wants it renewed, if it has said so
 * @param lastError why the last try to renew it failed, or a better issuer did not give it
 * @param history all that its owner had, this one last
 */
public record Standing(
    CertificateFacts facts,
    long daysLeft,
    Origin origin,
    Optional<Instant> nextRenewal,
    Optional<Window> window,
    Optional<String> lastError,
    List<Past> history) {
  public Standing {
    history = List.copyOf(history);
  }

  static Standing of(Stored stored, Optional<Window> window, List<Past> history, Instant now) {
    CertificateFacts facts = stored.facts();
    return new Standing(
        facts,
        facts.daysLeft(now),
        stored.origin(),
        stored.brought() ? Optional.empty() : stored.nextAttempt(),
        window,
        stored.lastError(),
        history);
  }
}
