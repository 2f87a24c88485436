package dev.gatehouse.gateway;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The certificates of the CAs whose clients a service lets in; with none of them, clients need no
 * certificate.
 */
public record ClientRoots(List<X509Certificate> certificates) {
  public static final ClientRoots NONE = new ClientRoots(List.of());

  public ClientRoots {
    certificates = List.copyOf(certificates);
  }

  public boolean none() {
    return certificates.isEmpty();
  }
}
