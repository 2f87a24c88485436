package dev.gatehouse.server.certificate;

import java.util.Optional;

/**
 * The one certificate that each owner (a compute target or a service with an own name) has; every
 * change ends with a handshake that shows the new serial, or is undone.
 */
public final class Certificates {
  /**
   * Checks a brought certificate without storing it; a fault is a 400 that says what and what to
   * do.
   */
  public BroughtPair check(String cname, String certificatePem, String keyPem) {
    throw new UnsupportedOperationException();
  }

  /**
   * Stores the pair sealed, puts it into the gateway under its name, and proves it by a handshake.
   */
  public void installBrought(String owner, BroughtPair pair) {
    throw new UnsupportedOperationException();
  }

  /** Issues a certificate for a platform name, adds its DNS record, installs and proves it. */
  public void installIssued(String owner, String host) {
    throw new UnsupportedOperationException();
  }

  /** Forgets the owner's certificate and takes its name out of the gateway and the DNS. */
  public void remove(String owner) {
    throw new UnsupportedOperationException();
  }

  /** What is served for the owner. */
  public Optional<Installed> of(String owner) {
    throw new UnsupportedOperationException();
  }

  /** A certificate in service; the chain is PEM, the key is not in it. */
  public record Installed(String owner, String host, boolean brought, String chainPem) {}
}
