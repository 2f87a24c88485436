package dev.gatehouse.certificates;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The keys that are made here for certificates of others. */
public enum KeyChoice {
  EC_P256("EC P-256", "secp256r1", 0),
  EC_P384("EC P-384", "secp384r1", 0),
  RSA_2048("RSA 2048", "", 2048),
  RSA_3072("RSA 3072", "", 3072),
  RSA_4096("RSA 4096", "", 4096);

  private final String text;
  private final String curve;
  private final int bits;

  KeyChoice(String text, String curve, int bits) {
    this.text = text;
    this.curve = curve;
    this.bits = bits;
  }

  /** As {@link CertificateFacts} says it. */
  public String text() {
    return text;
  }

  /** Takes {@code EC P-256}, {@code p256}, {@code ec-p384}, {@code rsa} (2048) and the like. */
  public static KeyChoice parse(String text) {
    String plain = plain(text);
    return Arrays.stream(values())
        .filter(each ->
            List.of(plain, "ec" + plain, plain + "2048", plain + "p256").contains(plain(each.text)))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "key type: '%s' (expected: one of %s)"
                    .formatted(
                        text,
                        Arrays.stream(values())
                            .map(KeyChoice::text)
                            .collect(Collectors.joining(", ")))));
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  KeyPair make(SecureRandom random) {
    if (bits == 0) {
      return Mint.newKey(curve, random);
    }
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no RSA keys of " + bits + " bits", impossible);
    }
  }

  String signature() {
    return bits > 0 ? "SHA256withRSA" : this == EC_P384 ? "SHA384withECDSA" : "SHA256withECDSA";
  }
}
