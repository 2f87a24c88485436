package dev.gatehouse.certificates.acme;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;
import org.shredzone.acme4j.toolbox.JSON;

/** How acme4j reaches one authority: its trust, one HTTP client, the directory once a session. */
final class AcmeClient extends GenericAcmeProvider {
  private final HttpClient http;
  private final InstantSource clock;

  AcmeClient(List<X509Certificate> anchors, InstantSource clock) {
    var settings = new NetworkSettings();
    var builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(settings.getTimeout());
    this.http = anchors.isEmpty() ? builder.build() : builder.sslContext(trusting(anchors)).build();
    this.clock = clock;
  }

  @Override
  public HttpClient createHttpClient(NetworkSettings settings) {
    return http;
  }

  @Override
  public Connection connect(URI server, NetworkSettings settings, HttpClient client) {
    return new PatientConnection(createHttpConnector(settings, client), clock);
  }

  @Override
  public @Nullable JSON directory(Session session, URI server) throws AcmeException {
    return session.hasDirectory() ? null : super.directory(session, server);
  }

  private static SSLContext trusting(List<X509Certificate> anchors) {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < anchors.size(); i++) {
        store.setCertificateEntry("anchor" + i, anchors.get(i));
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException("this Java cannot trust chosen certificates", impossible);
    }
  }
}
