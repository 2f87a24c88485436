package dev.gatehouse.gateway;

import dev.gatehouse.certificates.CertifiedKey;
import java.util.Locale;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * What shows a certificate authority that names are ours, for as long as it looks; nothing is in it
 * at all other times.
 *
 * @param files by host name and path, as in {@code api.contoso.com/.well-known/...}; for GET over
 *     plain HTTP
 * @param certificates by DNS name, for hellos that offer {@link #PROTOCOL} and nothing else
 */
public record Proofs(PMap<String, String> files, PMap<String, CertifiedKey> certificates) {
  /** The application protocol of a look at a certificate (RFC 8737). */
  public static final String PROTOCOL = "acme-tls/1";

  public static final Proofs NONE = new Proofs(HashTreePMap.empty(), HashTreePMap.empty());

  public Proofs withFile(String host, String path, String content) {
    return new Proofs(files.plus(lower(host) + path, content), certificates);
  }

  public Proofs withoutFile(String host, String path) {
    return new Proofs(files.minus(lower(host) + path), certificates);
  }

  public Proofs withCertificate(String host, CertifiedKey pair) {
    return new Proofs(files, certificates.plus(lower(host), pair));
  }

  /** That very one: another order may have put its own in the place. */
  public Proofs withoutCertificate(String host, CertifiedKey pair) {
    return pair.equals(certificates.get(lower(host)))
        ? new Proofs(files, certificates.minus(lower(host)))
        : this;
  }

  private static String lower(String host) {
    return host.toLowerCase(Locale.ROOT);
  }
}
