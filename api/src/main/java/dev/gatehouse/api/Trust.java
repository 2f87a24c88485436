package dev.gatehouse.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Trusts what chains to the certificates of one PEM file, and nothing else. */
public record Trust(SSLContext context) {

  /** Reads the file; IOException says why it cannot be used. */
  public static Trust of(Path pem) throws IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
      roots.load(null, null);
      for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        roots.setCertificateEntry("root" + roots.size(), root);
      }
      if (roots.size() == 0) {
        throw new IOException(pem + " holds no certificate");
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return new Trust(context);
    } catch (GeneralSecurityException e) {
      throw new IOException(pem + " cannot be read as certificates: " + e.getMessage(), e);
    }
  }
}
