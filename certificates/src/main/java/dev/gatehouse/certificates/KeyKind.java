package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTNamedCurves;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Algorithm and size of a key, such as "EC P-256", and whether TLS servers here can use it. */
record KeyKind(String text, boolean weak, boolean usable) {
  private static final Set<String> CURVES = Set.of("P-256", "P-384", "P-521");

  static KeyKind of(PublicKey key) {
    return Reading.of(
        new Reason.Unreadable(Input.CERTIFICATE, "its public key is broken"),
        () -> of(SubjectPublicKeyInfo.getInstance(key.getEncoded())));
  }

  static KeyKind of(SubjectPublicKeyInfo key) throws IOException {
    return isRsa(key.getAlgorithm())
        ? rsa(RSAPublicKey.getInstance(key.parsePublicKey()).getModulus())
        : other(key.getAlgorithm());
  }

  static KeyKind of(PrivateKeyInfo key) throws IOException {
    return isRsa(key.getPrivateKeyAlgorithm())
        ? rsa(RSAPrivateKey.getInstance(key.parsePrivateKey()).getModulus())
        : other(key.getPrivateKeyAlgorithm());
  }

  /** Throws unless the key is strong enough and of a kind that can be served. */
  void demand(Input input) {
    if (weak) {
      throw new CertificateFault(new Reason.WeakKey(input, text));
    }
    if (!usable) {
      throw new CertificateFault(new Reason.UnsupportedKey(input, text));
    }
  }

  private static boolean isRsa(AlgorithmIdentifier algorithm) {
    return algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption);
  }

  private static KeyKind rsa(BigInteger modulus) {
    var bits = modulus.bitLength();
    // BoringSSL refuses more than 8192.
    return new KeyKind("RSA " + bits, bits < 2048, bits <= 8192);
  }

  private static KeyKind other(AlgorithmIdentifier algorithm) {
    var identifier = algorithm.getAlgorithm();
    if (identifier.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return algorithm.getParameters() instanceof ASN1ObjectIdentifier curve
          ? curve(curve)
          : new KeyKind("EC with parameters written out", false, false);
    }
    if (identifier.equals(EdECObjectIdentifiers.id_Ed25519)) {
      return new KeyKind("Ed25519", false, true);
    }
    return new KeyKind("algorithm " + identifier.getId(), false, false);
  }

  private static KeyKind curve(ASN1ObjectIdentifier identifier) {
    var parameters = ECNamedCurveTable.getByOID(identifier);
    if (parameters == null) {
      return new KeyKind("EC curve " + identifier.getId(), false, false);
    }
    var standard = NISTNamedCurves.getName(identifier);
    var name = standard == null ? ECNamedCurveTable.getName(identifier) : standard;
    var weak = parameters.getCurve().getFieldSize() < 256;
    return new KeyKind("EC " + name, weak, CURVES.contains(name));
  }
}
