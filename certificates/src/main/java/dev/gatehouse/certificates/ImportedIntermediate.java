package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Reason;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An intermediate of ours that the owner of another root has signed.
 *
 * @param pair with the owner's intermediates behind ours, without the root
 */
public record ImportedIntermediate(CertifiedKey pair, X509Certificate root) {
  private static final int KEY_CERT_SIGN = 5;

  /**
   * Finds the certificate of the key and its way to the root; {@link CertificateFault} unless
   * clients that trust the root will accept every permitted name.
   */
  public static ImportedIntermediate check(
      String chainPem, PrivateKey key, Permitted permitted, Signing signing) {
    List<X509Certificate> given = Pem.certificates(chainPem);
    Instant now = signing.clock().instant();
    X509Certificate own =
        given.stream()
            .filter(each -> KeyMatch.of(key, each.getPublicKey()))
            .findFirst()
            .orElseThrow(() -> new CertificateFault(new Reason.RequestMismatch(given.size())));
    authority(own);
    var chain = Chain.from(own, given, now);
    X509Certificate root = chain.root();
    if (root == null) {
      if (Chain.selfSigned(own)) {
        throw unfit(
            own, "it is signed by itself, not by your root; have your root sign the request");
      }
      throw new CertificateFault(
          new Reason.MissingIntermediate(
              CertificateFacts.subject(chain.last()),
              CertificateFacts.text(chain.last().getIssuerX500Principal())));
    }
    var all = new ArrayList<>(chain.sent());
    all.add(root);
    for (int below = 0; below < all.size(); below++) {
      each(all.get(below), below, now);
    }
    var imported = new ImportedIntermediate(new CertifiedKey(chain.sent(), key), root);
    probe(imported, permitted, signing);
    return imported;
  }

  /** Whether it vouches, perhaps through others, for the last certificate of the chain. */
  public static boolean under(X509Certificate root, CertifiedKey pair) {
    return Chain.signed(root, pair.chain().getLast());
  }

  private static void each(X509Certificate certificate, int below, Instant now) {
    authority(certificate);
    if (certificate.getBasicConstraints() < below) {
      throw unfit(
          certificate,
          "its path length %d allows fewer authorities below it than the chain has (%d); have it issued again with a longer one"
              .formatted(certificate.getBasicConstraints(), below));
    }
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new CertificateFault(
          new Reason.Expired(
              CertificateFacts.subject(certificate), certificate.getNotAfter().toInstant()));
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      throw new CertificateFault(
          new Reason.NotYetValid(
              CertificateFacts.subject(certificate), certificate.getNotBefore().toInstant()));
    }
  }

  private static void authority(X509Certificate certificate) {
    if (certificate.getBasicConstraints() < 0) {
      throw unfit(
          certificate,
          "it is no authority; have it issued again with the basic constraints CA:true (openssl: -copy_extensions copyall)");
    }
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      throw unfit(
          certificate,
          "its key usage lacks keyCertSign; have it issued again with keyCertSign and cRLSign");
    }
  }

  /** Signs a leaf for each name and looks at it with the eyes of a client. */
  private static void probe(ImportedIntermediate imported, Permitted permitted, Signing signing) {
    var issuer = new Intermediate(imported.pair(), permitted, signing);
    Stream<String> addresses =
        permitted.ranges().stream().map(range -> range.substring(0, range.indexOf('/')));
    for (String name : Stream.concat(permitted.zones().stream(), addresses).toList()) {
      try {
        var anchor = new PKIXParameters(Set.of(new TrustAnchor(imported.root(), null)));
        anchor.setRevocationEnabled(false);
        anchor.setDate(Date.from(signing.clock().instant()));
        var leaf = issuer.issue(List.of(name), Duration.ofHours(1));
        CertPathValidator.getInstance("PKIX")
            .validate(
                CertificateFactory.getInstance("X.509").generateCertPath(leaf.chain()), anchor);
      } catch (CertPathValidatorException e) {
        throw unfit(
            imported.pair().leaf(),
            e.getReason() == PKIXReason.INVALID_NAME
                ? "the name constraints of the chain do not allow '%s'; have it issued again with those of the request"
                    .formatted(name)
                : "clients would refuse a certificate for '%s' (%s)"
                    .formatted(name, e.getMessage()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java cannot check chains", e);
      }
    }
  }

  private static CertificateFault unfit(X509Certificate certificate, String why) {
    return new CertificateFault(
        new Reason.UnfitAuthority(CertificateFacts.subject(certificate), why));
  }
}
