package dev.gatehouse.certificates;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A new key and the request (PKCS#10, PEM) that asks an authority to sign it; never prints the key.
 */
public record SigningRequest(PrivateKey key, PublicKey publicKey, String pem) {
  /** The upper bound of a common name (RFC 5280, appendix A). */
  private static final int LONGEST_COMMON_NAME = 64;

  /**
   * Makes one for DNS names, all of them alternative names; the first that fits is the common name
   * too, which some authorities insist on.
   */
  public static SigningRequest make(List<String> names, KeyChoice choice, SecureRandom random) {
    KeyPair pair = choice.make(random);
    var subject = new X500NameBuilder(BCStyle.INSTANCE);
    names.stream()
        .filter(name -> name.length() <= LONGEST_COMMON_NAME)
        .findFirst()
        .ifPresent(name -> subject.addRDN(BCStyle.CN, name));
    var alternatives =
        names.stream()
            .map(name -> new GeneralName(GeneralName.dNSName, name))
            .toArray(GeneralName[]::new);
    try {
      var extensions = new ExtensionsGenerator();
      extensions.addExtension(
          Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
      byte[] request =
          new JcaPKCS10CertificationRequestBuilder(subject.build(), pair.getPublic())
              .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
              .build(
                  new JcaContentSignerBuilder(choice.signature())
                      .setSecureRandom(random)
                      .build(pair.getPrivate()))
              .getEncoded();
      return new SigningRequest(
          pair.getPrivate(),
          pair.getPublic(),
          "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
              .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(request)));
    } catch (IOException | OperatorCreationException impossible) {
      throw new IllegalStateException("a key that was just made cannot sign", impossible);
    }
  }

  /** SHA-256 of the public key in hex: by it a certificate is known as the answer to a request. */
  public static String digest(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return "SigningRequest[•••]";
  }
}
