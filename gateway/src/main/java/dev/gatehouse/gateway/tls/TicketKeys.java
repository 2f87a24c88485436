package dev.gatehouse.gateway.tls;

import dev.gatehouse.certificates.CertifiedKey;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Two secrets, the current and the one before, from which each certificate gets ticket keys of its
 * own: a session of one name or of a replaced certificate can't be resumed under another.
 */
final class TicketKeys {
  private static final String MAC = "HmacSHA512";

  private final SecureRandom random;
  private volatile Secrets secrets;

  private record Secrets(byte[] current, byte[] previous) {}

  TicketKeys(SecureRandom random) {
    this.random = random;
    this.secrets = new Secrets(fresh(random), fresh(random));
  }

  /** Makes a new current secret; tickets under the one before the previous die. */
  void rotate() {
    secrets = new Secrets(fresh(random), secrets.current());
  }

  /** The current key first: the first one seals, all open. */
  OpenSslSessionTicketKey[] of(CertifiedKey pair) {
    var now = secrets;
    return new OpenSslSessionTicketKey[] {
      derive(now.current(), pair), derive(now.previous(), pair)
    };
  }

  private static OpenSslSessionTicketKey derive(byte[] secret, CertifiedKey pair) {
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(secret, MAC));
      byte[] bytes = mac.doFinal(pair.leaf().getEncoded());
      return new OpenSslSessionTicketKey(
          Arrays.copyOfRange(bytes, 0, 16),
          Arrays.copyOfRange(bytes, 16, 32),
          Arrays.copyOfRange(bytes, 32, 48));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(MAC + ": every Java has it", e);
    }
  }

  private static byte[] fresh(SecureRandom random) {
    var secret = new byte[64];
    random.nextBytes(secret);
    return secret;
  }
}
