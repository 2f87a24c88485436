package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and a key out of any number of files, each in any form that the readers know; never
 * prints the key.
 */
public final class Bundle {
  private final List<X509Certificate> certificates;
  private final @Nullable PrivateKey key;

  private Bundle(List<X509Certificate> certificates, @Nullable PrivateKey key) {
    this.certificates = List.copyOf(certificates);
    this.key = key;
  }

  /** Throws {@link CertificateFault} for a file that holds nothing of use, and for a second key. */
  public static Bundle of(List<byte[]> files, Passphrase passphrase) {
    var certificates = new ArrayList<X509Certificate>();
    PrivateKey key = null;
    for (var file : files) {
      var content = content(file, passphrase);
      certificates.addAll(content.certificates);
      if (content.key != null && key != null && !content.key.equals(key)) {
        throw new CertificateFault(
            new Reason.Unreadable(Input.KEY, "the files hold several keys where one belongs"));
      }
      key = content.key == null ? key : content.key;
    }
    return new Bundle(certificates, key);
  }

  private static Bundle content(byte[] file, Passphrase passphrase) {
    CertificateFault noCertificate = null;
    List<X509Certificate> certificates = List.of();
    try {
      certificates = CertificateReader.read(file, passphrase);
    } catch (CertificateFault fault) {
      noCertificate = fault;
    }
    try {
      return new Bundle(certificates, KeyReader.read(file, passphrase));
    } catch (CertificateFault noKey) {
      if (noCertificate == null && mayHoldNoKey(file, noKey.reason())) {
        return new Bundle(certificates, null);
      }
      throw noCertificate == null || aboutKey(file, noKey.reason()) ? noKey : noCertificate;
    }
  }

  /** A store holds a key always; what else is no key need not be one. */
  private static boolean mayHoldNoKey(byte[] file, Reason reason) {
    return !Pkcs12.looksLike(file) && !aboutKey(file, reason);
  }

  /** PEM says by its labels what it holds; of DER only what was understood is known to be a key. */
  private static boolean aboutKey(byte[] file, Reason reason) {
    return PemBlock.occursIn(file)
        ? !(reason instanceof Reason.NoPem)
        : reason instanceof Reason.WrongPassphrase
            || reason instanceof Reason.WeakKey
            || (reason instanceof Reason.UnsupportedKey);
  }

  public List<X509Certificate> certificates() {
    return certificates;
  }

  public boolean hasKey() {
    return key != null;
  }

  /** The certificate of the key; without a key, the first that is no authority's. */
  public Optional<X509Certificate> leaf() {
    PrivateKey own = key;
    return certificates.stream()
        .filter(each ->
            own == null ? each.getBasicConstraints() < 0 : KeyMatch.of(own, each.getPublicKey()))
        .findFirst();
  }

  /** All that a server must pass before it serves the pair; throws {@link CertificateFault}. */
  public CustomCertificate.Checked check(String cname, Instant now, TrustedRoots roots) {
    return CustomCertificate.read(Pem.of(certificates), keyPem(), Passphrase.NONE)
        .check(cname, now, roots);
  }

  /** The leaf and its issuers in order, without the root; all as given where no leaf is found. */
  public List<X509Certificate> chain(Instant now) {
    return leaf().map(own -> Chain.from(own, certificates, now).sent()).orElse(certificates);
  }

  /** The key in clear as PKCS#8; throws {@link CertificateFault} when there is none. */
  public String keyPem() {
    if (key == null) {
      throw new CertificateFault(new Reason.NoPem(Input.KEY, List.of("CERTIFICATE")));
    }
    return Pem.of(key);
  }

  @Override
  public String toString() {
    return "Bundle[" + certificates.size() + " certificates, " + (hasKey() ? "a" : "no") + " key]";
  }
}
