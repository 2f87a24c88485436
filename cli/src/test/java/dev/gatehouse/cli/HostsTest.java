package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.PublishedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsTest {
  private static final List<PublishedName> ONE = List.of(new PublishedName("a.z", "127.0.0.1"));
  private static final List<PublishedName> TWO =
      List.of(new PublishedName("b.z", "::1"), new PublishedName("c.z", "127.0.0.1"));

  @TempDir Path folder;

  @Test
  void replacesTheBlockWhereItLies() {
    String file = HostsBlock.put("1 a\n", ONE) + "# kept\n2 b";
    String changed = HostsBlock.put(file, TWO);
    assertThat(changed)
        .isEqualTo("1 a\n# BEGIN gatehouse\n::1 b.z\n127.0.0.1 c.z\n# END gatehouse\n# kept\n2 b");
    assertThat(HostsBlock.remove(changed)).isEqualTo("1 a\n# kept\n2 b");
  }

  @Test
  void leavesAFileWithoutBlockAsItIs() {
    assertThat(HostsBlock.remove("1 a\r\n# gatehouse")).isEqualTo("1 a\r\n# gatehouse");
    assertThat(HostsBlock.put("1 a", ONE)).startsWith("1 a\n# BEGIN gatehouse\n");
    assertThat(HostsBlock.remove("# BEGIN gatehouse\n# END gatehouse")).isEmpty();
  }

  @Test
  void doesNotTouchAFileWithHalfABlock() {
    assertThatThrownBy(() -> HostsBlock.put("# BEGIN gatehouse\n1 a\n", ONE))
        .hasMessageContaining("none '# END gatehouse'");
    assertThatThrownBy(() -> HostsBlock.remove("# END gatehouse\n"))
        .hasMessageContaining("none '# BEGIN gatehouse'");
  }

  @Test
  void keepsBytesModeAndLinks() throws IOException {
    Path real = folder.resolve("real");
    byte[] latin = {'#', (byte) 0xe9, '\n'};
    Files.write(real, latin);
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("hosts"), real);
    var hosts = new HostsFile(link);
    hosts.write(HostsBlock.remove(HostsBlock.put(hosts.read(), ONE)));
    assertThat(Files.readAllBytes(real)).isEqualTo(latin);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void makesAFileThatIsNotThere() throws IOException {
    var hosts = new HostsFile(folder.resolve("new"));
    assertThat(hosts.read()).isEmpty();
    hosts.write("x\n");
    assertThat(hosts.read()).isEqualTo("x\n");
    assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".gatehouse"));
  }
}
