package dev.gatehouse.gateway.tls;

import dev.gatehouse.certificates.CertifiedKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a client is shown, and which client certificates it is asked for.
 *
 * @param clientRoots with none of them, the client is not asked
 */
public record Shown(CertifiedKey pair, List<X509Certificate> clientRoots) {
  public Shown {
    clientRoots = List.copyOf(clientRoots);
  }
}
