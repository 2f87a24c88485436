package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsigKeyTest {
  private static final String SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0";

  @TempDir Path folder;

  private Path file(String content, String mode) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static TsigKey read(Path file) throws IOException {
    return TsigKey.read("update.key.", TsigKey.Algorithm.HMAC_SHA512, file);
  }

  @Test
  void readsTheSecretAndNeverShowsIt() throws IOException {
    var key = read(file(SECRET + "\n", "rw-------"));
    assertThat(key.name()).isEqualTo("update.key");
    assertThat(key.toString()).contains("update.key").doesNotContain(SECRET);
    assertThat(read(file(SECRET, "r--------")).name()).isEqualTo("update.key");
  }

  @Test
  void refusesAFileThatOthersCanRead() throws IOException {
    Path file = file(SECRET, "rw-r-----");
    assertThatThrownBy(() -> read(file)).hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void refusesAFileWithoutAKeyAndDoesNotQuoteIt() throws IOException {
    for (String content : new String[] {"", "key: { secret }", "\n"}) {
      Path file = file(content, "rw-------");
      assertThatThrownBy(() -> read(file))
          .hasMessageContaining(file.toString())
          .hasMessageContaining("base64")
          .hasNoCause();
    }
  }

  @Test
  void namesAFileThatIsNotThere() {
    assertThatThrownBy(() -> read(folder.resolve("none"))).hasMessageContaining("does not exist");
  }

  @Test
  void spellsAlgorithmsAsKeyFilesDo() {
    assertThat(TsigKey.Algorithm.HMAC_SHA384.spelled()).isEqualTo("hmac-sha384");
  }
}
