package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;

/**
 * Certificates and a key that somebody brought, read but not yet checked.
 *
 * <p>When an intermediate counts as missing. A server sends all but the root, so a chain that ends
 * with an intermediate is complete, and so is one whose last issuer was given as a self-signed root
 * or is among the known roots. What is left is a leaf without any issuer: it is refused when other
 * authority certificates were given that do not link to it, or when it says where to fetch its
 * issuer (authority information access), which public authorities always do. A leaf with neither
 * may be signed by a private root directly and is accepted with a warning. Whoever is refused
 * wrongly, with a one-tier private authority, appends its root.
 */
public final class CustomCertificate {
  private static final Pattern BROKEN_HASH =
      Pattern.compile("(?i).*(MD2|MD4|MD5|SHA-?1)(with|and|$).*");
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_PURPOSE = "2.5.29.37.0";

  private final List<X509Certificate> given;
  private final PrivateKey key;
  private final List<String> readingRepairs;

  private CustomCertificate(
      List<X509Certificate> given, PrivateKey key, List<String> readingRepairs) {
    this.given = given;
    this.key = key;
    this.readingRepairs = readingRepairs;
  }

  /**
   * What may be served: the pair, what was put right on the way, and what the owner should know.
   */
  public record Checked(CertifiedKey pair, List<String> repairs, List<String> warnings) {
    public Checked {
      repairs = List.copyOf(repairs);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Reads both in any form that the two readers know; throws the first {@link CertificateFault}.
   */
  public static CustomCertificate read(byte[] certificates, byte[] key, Passphrase passphrase) {
    var given = CertificateReader.read(certificates, passphrase);
    var privateKey = KeyReader.read(key, passphrase);
    var repairs = new ArrayList<String>();
    if (new String(certificates, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----")) {
      repairs.add("Ignored a private key among the certificates: keep it out of there.");
    }
    return new CustomCertificate(given, privateKey, repairs);
  }

  /** Texts are PEM, or the base64 of DER or of a PKCS#12 store. */
  public static CustomCertificate read(String certificates, String key, Passphrase passphrase) {
    return read(Pem.content(certificates), Pem.content(key), passphrase);
  }

  /** Throws {@link CertificateFault} unless a server named {@code cname} can use it now. */
  public Checked check(String cname, Instant now, TrustedRoots roots) {
    var leaf = leaf(cname, now);
    var chain = Chain.from(leaf, given, now);
    for (var certificate : chain.sent()) {
      checkDates(certificate, now);
    }
    checkName(leaf, cname);
    checkPurpose(leaf);
    for (var certificate : chain.sent()) {
      checkStrength(certificate);
    }
    var known =
        chain.root() != null || Chain.selfSigned(chain.last()) || roots.issued(chain.last());
    if (!known && chain.sent().size() == 1) {
      checkIssuer(leaf);
    }
    var repairs = new ArrayList<>(readingRepairs);
    repairs.addAll(chain.repairs(given));
    return new Checked(new CertifiedKey(chain.sent(), key), repairs, warnings(chain, roots));
  }

  /** Of several certificates for one key (an old and a renewed one) the most useful. */
  private X509Certificate leaf(String cname, Instant now) {
    return given.stream()
        .filter(each -> KeyMatch.of(key, each.getPublicKey()))
        .max(
            Comparator.<X509Certificate, Boolean>comparing(each -> covers(each, cname))
                .thenComparing(each -> Chain.validAt(each, now))
                .thenComparing(X509Certificate::getNotAfter))
        .orElseThrow(() -> new CertificateFault(new Reason.KeyMismatch(given.size())));
  }

  private static void checkDates(X509Certificate certificate, Instant now) {
    var subject = CertificateFacts.subject(certificate);
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new CertificateFault(
          new Reason.Expired(subject, certificate.getNotAfter().toInstant()));
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      throw new CertificateFault(
          new Reason.NotYetValid(subject, certificate.getNotBefore().toInstant()));
    }
  }

  private static void checkName(X509Certificate leaf, String cname) {
    if (covers(leaf, cname)) {
      return;
    }
    var names = CertificateFacts.names(leaf);
    var commonName = CertificateFacts.text(leaf.getSubjectX500Principal());
    throw new CertificateFault(
        names.isEmpty() && covers(commonName, cname)
            ? new Reason.CommonNameOnly(cname)
            : new Reason.NameNotCovered(cname, names));
  }

  private static boolean covers(X509Certificate certificate, String cname) {
    return CertificateFacts.names(certificate).stream().anyMatch(name -> covers(name, cname));
  }

  private static boolean covers(String name, String cname) {
    var address = HostName.address(cname);
    if (address.isPresent()) {
      return HostName.address(name).equals(address);
    }
    return HostName.normal(cname).filter(host -> HostName.covers(name, host)).isPresent();
  }

  private static void checkPurpose(X509Certificate leaf) {
    var purposes =
        Reading.of(
            new Reason.Unreadable(Input.CERTIFICATE, "its extended key usage is broken"),
            () ->
                leaf.getExtendedKeyUsage() == null
                    ? List.of(ANY_PURPOSE)
                    : leaf.getExtendedKeyUsage());
    if (!purposes.contains(SERVER_AUTH) && !purposes.contains(ANY_PURPOSE)) {
      throw new CertificateFault(new Reason.NotForServers(CertificateFacts.subject(leaf)));
    }
  }

  private static void checkStrength(X509Certificate certificate) {
    KeyKind.of(certificate.getPublicKey()).demand(Input.CERTIFICATE);
    var algorithm = certificate.getSigAlgName();
    if (BROKEN_HASH.matcher(algorithm).matches()) {
      throw new CertificateFault(
          new Reason.WeakSignature(CertificateFacts.subject(certificate), algorithm));
    }
  }

  private void checkIssuer(X509Certificate leaf) {
    var others =
        given.stream().anyMatch(each -> !each.equals(leaf) && each.getBasicConstraints() >= 0);
    if (others || leaf.getExtensionValue(Extension.authorityInfoAccess.getId()) != null) {
      throw new CertificateFault(
          new Reason.MissingIntermediate(
              CertificateFacts.subject(leaf), issuer(leaf.getIssuerX500Principal())));
    }
  }

  private List<String> warnings(Chain chain, TrustedRoots roots) {
    var warnings = new ArrayList<String>();
    var last = chain.last();
    if (Chain.selfSigned(last)) {
      warnings.add("The certificate is self-signed: only clients that were given it accept it.");
    } else if (!roots.issued(last)) {
      warnings.add(
          "The chain ends at '%s', which is no public root: only clients that trust it accept the certificate."
              .formatted(issuer(last.getIssuerX500Principal())));
    }
    if (key.getAlgorithm().toUpperCase(Locale.ROOT).startsWith("ED")) {
      warnings.add("The key is Ed25519, which browsers do not accept: EC P-256 works everywhere.");
    }
    return warnings;
  }

  private static String issuer(X500Principal principal) {
    return CertificateFacts.text(principal);
  }
}
