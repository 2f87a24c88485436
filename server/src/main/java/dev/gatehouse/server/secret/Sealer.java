package dev.gatehouse.server.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;

/**
 * Seals and opens small secrets; the context names whose secret it is, so a sealed text cannot be
 * moved elsewhere.
 */
public final class Sealer {
  private final Aead aead;

  private Sealer(Aead aead) {
    this.aead = aead;
  }

  /** Reads the master key, or makes it (mode 0600) when the file is not there. */
  public static Sealer open(Path masterKey) throws IOException {
    try {
      AeadConfig.register();
      if (!Files.exists(masterKey)) {
        write(masterKey, KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM));
      }
      var keyset =
          TinkJsonProtoKeysetFormat.parseKeyset(
              Files.readString(masterKey), InsecureSecretKeyAccess.get());
      return new Sealer(keyset.getPrimitive(RegistryConfiguration.get(), Aead.class));
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the master key "
              + masterKey
              + " cannot be read: "
              + e.getMessage()
              + "; restore it from a backup",
          e);
    }
  }

  private static void write(Path file, KeysetHandle keyset)
      throws IOException, GeneralSecurityException {
    String text = TinkJsonProtoKeysetFormat.serializeKeyset(keyset, InsecureSecretKeyAccess.get());
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  public byte[] seal(byte[] secret, String context) {
    try {
      return aead.encrypt(secret, context.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing failed", e);
    }
  }

  /**
   * Throws IllegalStateException when the text was sealed by another master key, for another
   * context, or changed.
   */
  public byte[] open(byte[] sealed, String context) {
    try {
      return aead.decrypt(sealed, context.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "a sealed secret ("
              + context
              + ") cannot be opened: it was changed, or the master key is another one",
          e);
    }
  }

  public byte[] sealText(String secret, String context) {
    return seal(secret.getBytes(StandardCharsets.UTF_8), context);
  }

  public String openText(byte[] sealed, String context) {
    return new String(open(sealed, context), StandardCharsets.UTF_8);
  }
}
