package dev.gatehouse.certificates;

import java.time.Duration;
import java.util.List;

/** Somebody who signs certificates for names: near and quick, or far, slow and out of order. */
public interface Issuer {
  /** What people call it, in lists and messages. */
  String name();

  /**
   * Makes a new key and has it certified for all of these DNS names and addresses, for at most
   * {@code life}; blocks for as long as the issuer takes, minutes perhaps, and ends early on an
   * interrupt. Throws {@link IssuerFault}.
   */
  CertifiedKey issue(List<String> names, Duration life) throws InterruptedException;
}
