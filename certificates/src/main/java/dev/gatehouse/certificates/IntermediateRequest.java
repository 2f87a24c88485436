package dev.gatehouse.certificates;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * What an owner of a root is asked to sign: a new intermediate, with the bounds it wants for
 * itself.
 *
 * @param key in clear: to be sealed until the certificate comes
 */
public record IntermediateRequest(PrivateKey key, String pem) {
  public static IntermediateRequest create(Permitted permitted, SecureRandom random) {
    var pair = Mint.newKey("secp256r1", random);
    var extensions = new ExtensionsGenerator();
    try {
      extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      extensions.addExtension(Extension.keyUsage, true, EmbeddedAuthority.authorityUsage());
      extensions.addExtension(Extension.extendedKeyUsage, false, EmbeddedAuthority.serverAuth());
      extensions.addExtension(Extension.nameConstraints, true, NameConstraint.of(permitted));
      var request =
          new JcaPKCS10CertificationRequestBuilder(
                  EmbeddedAuthority.intermediateName(pair.getPublic()), pair.getPublic())
              .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
              .build(
                  new JcaContentSignerBuilder("SHA256withECDSA")
                      .setSecureRandom(random)
                      .build(pair.getPrivate()));
      return new IntermediateRequest(
          pair.getPrivate(), Pem.block("CERTIFICATE REQUEST", request.getEncoded()));
    } catch (IOException | OperatorCreationException impossible) {
      throw new IllegalStateException("a request has no encoding", impossible);
    }
  }

  /** Never prints the key. */
  @Override
  public String toString() {
    return pem;
  }
}
