package dev.gatehouse.server.certificate;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a certificate in service without its key.
 *
 * @param issuer as the certificate names it
 * @param keyType empty for one that an older Gatehouse stored
 * @param next when it is renewed, or its owner warned if it was brought
 * @param failures renewals that have failed since it was issued
 * @param past how many its owner had before
 */
public record Outlook(
    String host,
    Origin origin,
    String issuer,
    String serial,
    String keyType,
    List<String> names,
    Instant notAfter,
    Optional<Instant> next,
    int failures,
    int past) {
  public Outlook {
    names = List.copyOf(names);
  }

  public boolean brought() {
    return origin instanceof Origin.Brought;
  }
}
