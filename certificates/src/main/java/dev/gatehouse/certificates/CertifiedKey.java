package dev.gatehouse.certificates;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key with the chain that vouches for it: the leaf first, the root left out; never prints
 * the key.
 */
public record CertifiedKey(List<X509Certificate> chain, PrivateKey key) {
  public CertifiedKey {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("chain: empty (expected: a leaf and its issuers)");
    }
  }

  /** The certificate that names the server. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  @Override
  public String toString() {
    return "CertifiedKey["
        + leaf().getSubjectX500Principal()
        + ", serial "
        + leaf().getSerialNumber().toString(16)
        + "]";
  }
}
