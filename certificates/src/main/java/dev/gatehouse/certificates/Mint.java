package dev.gatehouse.certificates;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** One certificate in the making, with the identifiers every certificate of ours carries. */
public final class Mint {
  private static final int SERIAL_BITS = 127;

  private final X509v3CertificateBuilder builder;

  public Mint(X500Name issuer, X500Name subject, PublicKey key, Life life, SecureRandom random) {
    var keyInfo = SubjectPublicKeyInfo.getInstance(key.getEncoded());
    builder =
        new X509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, random),
            Date.from(life.from()),
            Date.from(life.until()),
            subject,
            keyInfo);
    with(Extension.subjectKeyIdentifier, false, keyIdentifier(key));
  }

  /** Both ends are part of it; certificates know whole seconds only. */
  public record Life(Instant from, Instant until) {}

  /** Adds one more extension; each at most once. */
  public Mint with(ASN1ObjectIdentifier extension, boolean critical, ASN1Encodable value) {
    try {
      builder.addExtension(extension, critical, value);
      return this;
    } catch (CertIOException impossible) {
      throw new IllegalStateException(
          "the extension " + extension + " has no encoding", impossible);
    }
  }

  /** {@code signerKey} decides the hash: P-384 goes with SHA-384, P-256 with SHA-256. */
  public X509Certificate sign(PublicKey signerKey, PrivateKey key, SecureRandom random) {
    with(
        Extension.authorityKeyIdentifier,
        false,
        new BcX509ExtensionUtils()
            .createAuthorityKeyIdentifier(
                SubjectPublicKeyInfo.getInstance(signerKey.getEncoded())));
    try {
      var signer =
          new JcaContentSignerBuilder(algorithm(signerKey)).setSecureRandom(random).build(key);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    } catch (OperatorCreationException | GeneralSecurityException fault) {
      throw new IllegalStateException("the authority's key cannot sign", fault);
    }
  }

  static String algorithm(PublicKey signerKey) {
    return KeyKind.of(signerKey).text().endsWith("P-384") ? "SHA384withECDSA" : "SHA256withECDSA";
  }

  /** A pair on the curve of that name, such as secp256r1. */
  public static KeyPair newKey(String curve, SecureRandom random) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no curve " + curve, impossible);
    }
  }

  /**
   * A few hex digits that set apart the authorities of several installations in one trust store.
   */
  static String mark(PublicKey key) {
    return HexFormat.of().formatHex(keyIdentifier(key).getKeyIdentifier(), 0, 4);
  }

  private static SubjectKeyIdentifier keyIdentifier(PublicKey key) {
    return new BcX509ExtensionUtils()
        .createSubjectKeyIdentifier(SubjectPublicKeyInfo.getInstance(key.getEncoded()));
  }
}
