package dev.gatehouse.server.certificate;

import java.time.Instant;
import java.util.Optional;

/**
 * A certificate that an owner had or has.
 *
 * @param serial in lower-case hex
 * @param issuer as the certificate names it
 */
public record Past(
    String serial,
    String issuer,
    Origin origin,
    String host,
    Instant notAfter,
    Instant created,
    Optional<Instant> replaced) {}
