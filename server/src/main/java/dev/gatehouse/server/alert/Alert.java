package dev.gatehouse.server.alert;

import java.time.Instant;

/**
 * Something that needs a person.
 *
 * @param subject the DNS name or service that it is about
 * @param message one sentence without secrets
 */
public record Alert(Instant time, Kind kind, String subject, String message) {
  /** What happened, with the word that receivers get for it. */
  public enum Kind {
    RENEWAL_FAILED("certificate.renewal-failed"),
    OTHER_ISSUER("certificate.other-issuer"),
    PROOF_FAILED("certificate.proof-failed"),
    EXPIRES_SOON("certificate.expires-soon"),
    ROLLOUT_RETURNED("rollout.returned"),
    ROLLOUT_WAITS("rollout.waits");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }
}
