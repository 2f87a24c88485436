package dev.gatehouse.server.certificate;

import java.time.Instant;
import java.util.Optional;

/**
 * What is ahead of a certificate in service, read without its key.
 *
 * @param next when it is renewed, or its owner warned if it was brought
 * @param failures renewals that have failed since it was issued
 */
public record Outlook(
    String host, boolean brought, Instant notAfter, Optional<Instant> next, int failures) {}
