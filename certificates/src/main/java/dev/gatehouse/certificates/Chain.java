package dev.gatehouse.certificates;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way from a leaf towards its root through a heap of certificates: {@code sent} is what a
 * server sends, {@code root} the self-signed end of it when the heap holds that.
 */
record Chain(List<X509Certificate> sent, @Nullable X509Certificate root) {
  Chain {
    sent = List.copyOf(sent);
  }

  /**
   * Follows issuer and signature; of several issuers with one name and key it takes one that is
   * valid now, then the self-signed one (the shortest way), then the one that lives longest.
   */
  static Chain from(X509Certificate leaf, Collection<X509Certificate> heap, Instant now) {
    var sent = new ArrayList<X509Certificate>(List.of(leaf));
    var best =
        Comparator.<X509Certificate, Boolean>comparing(each -> validAt(each, now))
            .thenComparing(Chain::selfSigned)
            .thenComparing(X509Certificate::getNotAfter);
    while (!selfSigned(sent.getLast())) {
      Predicate<X509Certificate> issuesLast = each -> issues(each, sent.getLast());
      Optional<X509Certificate> issuer =
          heap.stream().filter(each -> !sent.contains(each)).filter(issuesLast).max(best);
      if (issuer.isEmpty()) {
        return new Chain(sent, null);
      }
      if (selfSigned(issuer.get())) {
        return new Chain(sent, issuer.get());
      }
      sent.add(issuer.get());
    }
    return new Chain(sent, null);
  }

  X509Certificate last() {
    return sent.getLast();
  }

  /** One sentence for each way in which what was given differs from what will be sent. */
  List<String> repairs(List<X509Certificate> given) {
    var repairs = new ArrayList<String>();
    var distinct = new LinkedHashSet<>(given);
    if (distinct.size() < given.size()) {
      repairs.add(
          "Dropped %d certificate(s) given twice.".formatted(given.size() - distinct.size()));
    }
    for (var certificate : distinct) {
      if (certificate.equals(root)) {
        repairs.add("Dropped the root '%s': clients have it.".formatted(subject(certificate)));
      } else if (!sent.contains(certificate)) {
        repairs.add(
            "Dropped the certificate of '%s': it is not part of the chain."
                .formatted(subject(certificate)));
      }
    }
    distinct.retainAll(sent);
    if (!List.copyOf(distinct).equals(sent)) {
      repairs.add("Put the chain in order: leaf first, each followed by its issuer.");
    }
    return repairs;
  }

  static boolean validAt(X509Certificate certificate, Instant now) {
    return !now.isBefore(certificate.getNotBefore().toInstant())
        && !now.isAfter(certificate.getNotAfter().toInstant());
  }

  static boolean selfSigned(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
        && signed(certificate, certificate);
  }

  /** Whether the key of {@code issuer} made the signature on {@code certificate}. */
  static boolean signed(X509Certificate issuer, X509Certificate certificate) {
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException _) {
      // A key of the wrong kind is one more way of not having signed it.
      return false;
    }
  }

  private static boolean issues(X509Certificate issuer, X509Certificate certificate) {
    var version1Root = issuer.getVersion() == 1 && selfSigned(issuer);
    return issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
        && (issuer.getBasicConstraints() >= 0 || version1Root)
        && signed(issuer, certificate);
  }

  private static String subject(X509Certificate certificate) {
    return CertificateFacts.subject(certificate);
  }
}
