package dev.gatehouse.dns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Locale;
import org.xbill.DNS.TSIG;

/** A shared secret that signs updates (RFC 8945); it never shows the secret. */
public final class TsigKey {
  private final String name;
  private final TSIG tsig;

  /** The secret may be of any length; servers want 16 bytes or more. */
  public TsigKey(String name, Algorithm algorithm, byte[] secret) {
    this.name = Names.host("key name", name);
    this.tsig = new TSIG(Names.wire(algorithm.spelled()), Names.wire(this.name), secret.clone());
  }

  /** What RFC 8945 still recommends; MD5 and SHA-1 are not among them. */
  public enum Algorithm {
    HMAC_SHA256,
    HMAC_SHA384,
    HMAC_SHA512;

    /** As key files spell it: {@code hmac-sha256}. */
    public String spelled() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Reads the secret, in base64, from a file that nobody but its owner can read. */
  public static TsigKey read(String name, Algorithm algorithm, Path file) throws IOException {
    String text;
    try {
      var open = EnumSet.copyOf(Files.getPosixFilePermissions(file));
      open.remove(PosixFilePermission.OWNER_READ);
      open.remove(PosixFilePermission.OWNER_WRITE);
      if (!open.isEmpty()) {
        throw new IOException(
            "DNS key file %s can be used by others than its owner (expected: mode 0600; run 'chmod 600 %s')"
                .formatted(file, file));
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "DNS key file %s does not exist (expected: the secret of the key '%s' in base64)"
              .formatted(file, name),
          e);
    }
    try {
      byte[] secret = Base64.getDecoder().decode(text.strip());
      if (secret.length > 0) {
        return new TsigKey(name, algorithm, secret);
      }
    } catch (IllegalArgumentException _) {
      // What was read is a secret: neither it nor where it is wrong may be said.
    }
    throw new IOException(
        "DNS key file %s does not hold a key (expected: one line of base64, nothing else)"
            .formatted(file));
  }

  /** As the server's configuration has it. */
  public String name() {
    return name;
  }

  TSIG tsig() {
    return tsig;
  }

  @Override
  public String toString() {
    return "TsigKey[" + name + ", •••]";
  }
}
