package dev.gatehouse.gateway.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Tells the clients of some CAs from others; safe for use by all event loops. */
public final class ClientTrust {
  private final X509TrustManager manager;

  /** At least one root. */
  public ClientTrust(List<X509Certificate> roots) {
    manager = manager(roots);
  }

  private static X509TrustManager manager(List<X509Certificate> roots) {
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < roots.size(); i++) {
        store.setCertificateEntry("root" + i, roots.get(i));
      }
      var factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("PKIX: every Java has it", e);
    }
  }

  X509TrustManager manager() {
    return manager;
  }

  /** Why the chain, the client's own certificate first, is not good now, or null. */
  @Nullable String fault(List<X509Certificate> chain, Instant now) {
    X509Certificate client = chain.getFirst();
    if (now.isAfter(client.getNotAfter().toInstant())) {
      return "it expired at " + client.getNotAfter().toInstant();
    }
    if (now.isBefore(client.getNotBefore().toInstant())) {
      return "it is not valid before " + client.getNotBefore().toInstant();
    }
    try {
      manager.checkClientTrusted(
          chain.toArray(new X509Certificate[0]), client.getPublicKey().getAlgorithm());
      return null;
    } catch (CertificateException _) {
      return "it is no client certificate of the CA that the service names";
    }
  }
}
