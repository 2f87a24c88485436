package dev.gatehouse.certificates;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Root certificates that clients are taken to know; only used to tell a complete chain from a cut
 * one.
 */
public final class TrustedRoots {
  private final Map<X500Principal, List<X509Certificate>> bySubject;

  private TrustedRoots(Collection<X509Certificate> roots) {
    bySubject =
        roots.stream().collect(Collectors.groupingBy(X509Certificate::getSubjectX500Principal));
  }

  public static TrustedRoots of(Collection<X509Certificate> roots) {
    return new TrustedRoots(roots);
  }

  /**
   * The public roots that the running Java trusts; reads them anew each time, so keep the answer.
   */
  public static TrustedRoots ofThisJava() {
    try {
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((@Nullable KeyStore) null);
      return new TrustedRoots(
          Arrays.stream(factory.getTrustManagers())
              .filter(X509TrustManager.class::isInstance)
              .flatMap(each -> Arrays.stream(((X509TrustManager) each).getAcceptedIssuers()))
              .toList());
    } catch (GeneralSecurityException fault) {
      throw new IllegalStateException("the trusted roots of this Java cannot be read", fault);
    }
  }

  boolean issued(X509Certificate certificate) {
    return bySubject.getOrDefault(certificate.getIssuerX500Principal(), List.of()).stream()
        .anyMatch(root -> Chain.signed(root, certificate));
  }
}
