package dev.gatehouse.certificates;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Whether a private and a public key belong together: one signs and the other verifies. */
final class KeyMatch {
  private static final byte[] MESSAGE =
      "do we belong together?".getBytes(StandardCharsets.US_ASCII);

  private KeyMatch() {}

  static boolean of(PrivateKey privateKey, PublicKey publicKey) {
    if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
      return false;
    }
    var algorithm =
        switch (privateKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    try {
      var signer = Signature.getInstance(algorithm);
      signer.initSign(privateKey);
      signer.update(MESSAGE);
      var verifier = Signature.getInstance(algorithm);
      verifier.initVerify(publicKey);
      verifier.update(MESSAGE);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException | RuntimeException _) {
      // A key whose numbers contradict each other cannot sign: it matches nothing.
      return false;
    }
  }
}
