package dev.gatehouse.gateway.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that a client has shown in its handshake, and by whom they were found good;
 * belongs to one event loop.
 */
public final class ClientChain {
  /** Of a client that has shown nothing. */
  public static final ClientChain NONE = new ClientChain(List.of());

  /** Routes that change under a long connection leave trusts behind that nobody asks for again. */
  private static final int REMEMBERED = 16;

  private final List<X509Certificate> certificates;
  private final IdentityHashMap<ClientTrust, Instant> goodUntil = new IdentityHashMap<>();

  private ClientChain(List<X509Certificate> certificates) {
    this.certificates = certificates;
  }

  /** What the connection's client has shown, after the handshake. */
  public static ClientChain of(SSLEngine engine) {
    if (!engine.getWantClientAuth()) {
      return NONE;
    }
    try {
      return of(
          java.util.Arrays.stream(engine.getSession().getPeerCertificates())
              .map(X509Certificate.class::cast)
              .toList());
    } catch (SSLPeerUnverifiedException _) {
      return NONE;
    }
  }

  static ClientChain of(List<X509Certificate> certificates) {
    return certificates.isEmpty() ? NONE : new ClientChain(List.copyOf(certificates));
  }

  /** Why the service does not take these certificates, or null; a good verdict is remembered. */
  public @Nullable String fault(ClientTrust trust, Instant now) {
    if (certificates.isEmpty()) {
      return "none was shown in the TLS handshake";
    }
    Instant good = goodUntil.get(trust);
    if (good != null && now.isBefore(good)) {
      return null;
    }
    String fault = trust.fault(certificates, now);
    if (fault == null) {
      if (goodUntil.size() >= REMEMBERED) {
        goodUntil.clear();
      }
      goodUntil.put(trust, end());
    }
    return fault;
  }

  private Instant end() {
    return certificates.stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }
}
