package dev.gatehouse.server.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealerTest {
  @TempDir Path folder;

  @Test
  void opensWhatItSealedAfterARestart() throws IOException {
    byte[] sealed = Sealer.open(folder.resolve("master.key")).sealText("secret", "service/1");
    assertThat(Sealer.open(folder.resolve("master.key")).openText(sealed, "service/1"))
        .isEqualTo("secret");
  }

  @Test
  void keepsTheMasterKeyToItsOwner() throws IOException {
    Sealer.open(folder.resolve("master.key"));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("master.key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void refusesASecretThatWasMovedElsewhereOrChanged() throws IOException {
    Sealer sealer = Sealer.open(folder.resolve("master.key"));
    byte[] sealed = sealer.sealText("secret", "service/1");
    assertThatThrownBy(() -> sealer.openText(sealed, "service/2"))
        .hasMessageContaining("service/2");
    sealed[sealed.length - 1] ^= 1;
    assertThatThrownBy(() -> sealer.openText(sealed, "service/1"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesAMasterKeyThatCannotBeRead() throws IOException {
    Path file = Files.writeString(folder.resolve("master.key"), "nonsense");
    assertThatThrownBy(() -> Sealer.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("master.key");
  }
}
