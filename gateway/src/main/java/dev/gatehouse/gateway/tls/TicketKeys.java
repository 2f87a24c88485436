package dev.gatehouse.gateway.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Two secrets, the current and the one before, from which each certificate gets ticket keys of its
 * own: a session of one name or of a replaced certificate can't be resumed under another, nor one
 * that was made when other clients, or all of them, were let in.
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
  OpenSslSessionTicketKey[] of(Shown shown) {
    var now = secrets;
    return new OpenSslSessionTicketKey[] {
      derive(now.current(), shown), derive(now.previous(), shown)
    };
  }

  private static OpenSslSessionTicketKey derive(byte[] secret, Shown shown) {
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(secret, MAC));
      mac.update(shown.pair().leaf().getEncoded());
      for (X509Certificate root : shown.clientRoots()) {
        mac.update(root.getEncoded());
      }
      byte[] bytes = mac.doFinal();
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
