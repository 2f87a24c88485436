package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.CertifiedKey;
import java.io.IOException;

/** Shows an authority that a name is ours; one for each kind of proof, safe for many threads. */
public sealed interface ChallengeSolver {
  /** The kind's name in ACME, as in {@code http-01}. */
  String kind();

  /** Something published for an authority to look at. */
  @FunctionalInterface
  interface Publication extends AutoCloseable {
    /** Takes it back; called once, whatever became of the order. */
    @Override
    void close() throws IOException;
  }

  /** By a file that the name's own web server shows on port 80 (RFC 8555 section 8.3). */
  @FunctionalInterface
  non-sealed interface Http01 extends ChallengeSolver {
    @Override
    default String kind() {
      return "http-01";
    }

    /** Serves {@code content} at {@code path} of {@code name} once it returns. */
    Publication publish(String name, String path, String content)
        throws IOException, InterruptedException;
  }

  /** By a TXT record (RFC 8555 section 8.4): the only proof for wildcards. */
  @FunctionalInterface
  non-sealed interface Dns01 extends ChallengeSolver {
    @Override
    default String kind() {
      return "dns-01";
    }

    /**
     * Adds a TXT record beside others of the same name, such as that of the wildcard; the world can
     * see it once this returns.
     */
    Publication publish(String recordName, String value) throws IOException, InterruptedException;
  }

  /** By a certificate that is shown to who asks for {@code acme-tls/1} on port 443 (RFC 8737). */
  @FunctionalInterface
  non-sealed interface TlsAlpn01 extends ChallengeSolver {
    /** What the client's application protocols must consist of, for the certificate to be shown. */
    String PROTOCOL = "acme-tls/1";

    @Override
    default String kind() {
      return "tls-alpn-01";
    }

    /** Shows {@code certificate} for the SNI name {@code name} once it returns. */
    Publication publish(String name, CertifiedKey certificate)
        throws IOException, InterruptedException;
  }
}
