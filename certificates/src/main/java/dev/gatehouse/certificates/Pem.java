package dev.gatehouse.certificates;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** PEM as it is kept and shown: certificates in order, keys in PKCS#8, lines of 64 ended by LF. */
public final class Pem {
  /** What everything in DER that is read here begins with. */
  private static final byte SEQUENCE = 0x30;

  private Pem() {}

  /** One block for each certificate, in the order given. */
  public static String of(List<X509Certificate> certificates) {
    var text = new StringBuilder();
    certificates.forEach(certificate -> text.append(block("CERTIFICATE", encoded(certificate))));
    return text.toString();
  }

  /** The key in clear: for sealing, never for showing. */
  public static String of(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  public static List<X509Certificate> certificates(String text) {
    return CertificateReader.read(content(text), Passphrase.NONE);
  }

  public static PrivateKey key(String text) {
    return KeyReader.read(content(text), Passphrase.NONE);
  }

  /** The chain and then the key, in clear, in one text. */
  public static String of(CertifiedKey pair) {
    return of(pair.chain()) + of(pair.key());
  }

  /** Reads back what {@link #of(CertifiedKey)} wrote; the order is kept and nothing is checked. */
  public static CertifiedKey pair(String text) {
    return new CertifiedKey(certificates(text), key(text));
  }

  /** Whether the text, PEM or base64, is a PKCS#12 store, which holds the key as well. */
  public static boolean isStore(String text) {
    return Pkcs12.looksLike(content(text));
  }

  /** Text can carry DER and PKCS#12 as base64; anything else is left to the readers as it is. */
  static byte[] content(String text) {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    if (PemBlock.occursIn(plain)) {
      return plain;
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(text.replaceAll("\\s", ""));
      return decoded.length > 0 && decoded[0] == SEQUENCE ? decoded : plain;
    } catch (IllegalArgumentException _) {
      return plain;
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalArgumentException("certificate: without an encoding", impossible);
    }
  }

  static String block(String label, byte[] content) {
    var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, base64);
  }
}
