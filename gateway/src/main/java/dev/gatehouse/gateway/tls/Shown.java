package dev.gatehouse.gateway.tls;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.gateway.Proofs;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a client is shown, and which client certificates it is asked for.
 *
 * @param clientRoots with none of them, the client is not asked
 * @param protocols the application protocols that are spoken with it, the best first
 */
public record Shown(CertifiedKey pair, List<X509Certificate> clientRoots, List<String> protocols) {
  private static final List<String> HTTP = List.of("h2", "http/1.1");
  private static final List<String> PROOF = List.of(Proofs.PROTOCOL);

  public Shown {
    clientRoots = List.copyOf(clientRoots);
    protocols = List.copyOf(protocols);
  }

  /** For HTTP. */
  public Shown(CertifiedKey pair, List<X509Certificate> clientRoots) {
    this(pair, clientRoots, HTTP);
  }

  /** For certificate authorities to look at. */
  public static Shown proof(CertifiedKey pair) {
    return new Shown(pair, List.of(), PROOF);
  }
}
