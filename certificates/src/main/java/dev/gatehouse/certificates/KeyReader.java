package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.io.IOException;
import java.security.PrivateKey;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/**
 * Reads one private key: PKCS#8, PKCS#1 or SEC1, plain or encrypted, as PEM or DER, or from a
 * PKCS#12 store; hands out a key of the JDK, and none that is weak or that TLS servers cannot use.
 */
public final class KeyReader {
  private static final String PARAMETERS = "EC PARAMETERS";
  private static final Reason BROKEN =
      new Reason.Unreadable(Input.KEY, "what is inside is no private key");

  private KeyReader() {}

  public static PrivateKey read(byte[] input, Passphrase passphrase) {
    Reading.limit(input, Input.KEY);
    return Reading.of(
        BROKEN,
        () -> {
          if (PemBlock.occursIn(input)) {
            return key(fromPem(PemBlock.all(input, Input.KEY), passphrase));
          }
          if (Pkcs12.looksLike(input)) {
            return key(PrivateKeyInfo.getInstance(Pkcs12.read(input, passphrase).encodedKey()));
          }
          return key(fromDer(input, passphrase));
        });
  }

  private static PrivateKey key(PrivateKeyInfo info) throws IOException {
    KeyKind.of(info).demand(Input.KEY);
    return new JcaPEMKeyConverter().getPrivateKey(info);
  }

  private static PrivateKeyInfo fromPem(List<PemBlock> blocks, Passphrase passphrase)
      throws IOException {
    var keys = blocks.stream().filter(block -> block.label().endsWith("PRIVATE KEY")).toList();
    if (keys.isEmpty()) {
      throw new CertificateFault(
          new Reason.NoPem(Input.KEY, blocks.stream().map(PemBlock::label).distinct().toList()));
    }
    if (keys.size() > 1) {
      throw new CertificateFault(
          new Reason.Unreadable(Input.KEY, "it holds " + keys.size() + " keys where one belongs"));
    }
    var block = keys.getFirst();
    if (!block.headers().getOrDefault("Proc-Type", "").endsWith("ENCRYPTED")) {
      return fromBlock(block.label(), block.content(), blocks, passphrase);
    }
    var plain = KeyDecryption.traditional(block, passphrase);
    // One wrong passphrase in 256 leaves good padding: then what comes out is no key.
    return Reading.of(
        new Reason.WrongPassphrase(Input.KEY, true),
        () -> fromBlock(block.label(), plain, blocks, passphrase));
  }

  private static PrivateKeyInfo fromBlock(
      String label, byte[] content, List<PemBlock> blocks, Passphrase passphrase)
      throws IOException {
    return switch (label) {
      case "PRIVATE KEY" -> PrivateKeyInfo.getInstance(content);
      case "ENCRYPTED PRIVATE KEY" -> decrypted(content, passphrase);
      case "RSA PRIVATE KEY" -> pkcs1(content);
      case "EC PRIVATE KEY" -> sec1(content, curve(blocks));
      default -> throw new CertificateFault(new Reason.UnsupportedKey(Input.KEY, label));
    };
  }

  /** The forms are told apart by their first two fields. */
  private static PrivateKeyInfo fromDer(byte[] der, Passphrase passphrase) throws IOException {
    if (der.length == 0 || der[0] != 0x30) {
      throw new CertificateFault(new Reason.NoPem(Input.KEY, List.of()));
    }
    var fields = ASN1Sequence.getInstance(der);
    var first = fields.getObjectAt(0);
    var second = fields.getObjectAt(1);
    if (first instanceof ASN1Sequence) {
      return decrypted(der, passphrase);
    }
    return switch (second) {
      case ASN1Integer _ -> pkcs1(der);
      case ASN1OctetString _ -> sec1(der, null);
      default -> PrivateKeyInfo.getInstance(der);
    };
  }

  private static PrivateKeyInfo decrypted(byte[] der, Passphrase passphrase) {
    var plain = KeyDecryption.pkcs8(EncryptedPrivateKeyInfo.getInstance(der), passphrase);
    return Reading.of(
        new Reason.WrongPassphrase(Input.KEY, true), () -> PrivateKeyInfo.getInstance(plain));
  }

  private static PrivateKeyInfo pkcs1(byte[] der) throws IOException {
    var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
    return new PrivateKeyInfo(algorithm, RSAPrivateKey.getInstance(der));
  }

  private static PrivateKeyInfo sec1(byte[] der, @Nullable ASN1Encodable outside)
      throws IOException {
    var key = ECPrivateKey.getInstance(der);
    var inside = key.getParametersObject();
    var curve = inside == null ? outside : inside;
    if (curve == null) {
      throw new CertificateFault(new Reason.Unreadable(Input.KEY, "it names no elliptic curve"));
    }
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), key);
  }

  private static @Nullable ASN1Encodable curve(List<PemBlock> blocks) throws IOException {
    for (var block : blocks) {
      if (block.label().equals(PARAMETERS)) {
        return ASN1Primitive.fromByteArray(block.content());
      }
    }
    return null;
  }
}
