package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.WorkspaceId;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Permitted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
  @TempDir Path folder;
  private String cert;
  private String key;

  @BeforeEach
  void issue() throws Exception {
    var authority =
        EmbeddedAuthority.create(
            new Permitted(List.of("contoso.test"), List.of()),
            InstantSource.system(),
            new SecureRandom());
    var pair = authority.issue(List.of("www.contoso.test"), Duration.ofDays(30));
    cert =
        Files.writeString(
                folder.resolve("c.crt"), authority.rootPem() + Pem.of(pair.chain().reversed()))
            .toString();
    key = Files.writeString(folder.resolve("k.key"), Pem.of(pair.key())).toString();
  }

  private Cli.Ran run(String... words) {
    return new Cli(folder, Map.of("XDG_DATA_HOME", folder.toString())).run(words);
  }

  @Test
  void checksFilesWithoutAServer() {
    var ran = run("certificate", "check", key, cert);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("found     [www.contoso.test]", "repaired  Put the chain in order")
        .contains("warning   The chain ends at", "good      A server named 'www.contoso.test'");
    assertThat(run("certificate", "check", cert).out()).contains("No key is among the files");
  }

  @Test
  void saysWhyFilesCannotBeServed() throws Exception {
    var other = run("certificate", "check", cert, key, "--cname", "api.contoso.test");
    assertThat(other.code()).isEqualTo(ExitCode.FAILED);
    assertThat(other.err()).contains("does not cover the name 'api.contoso.test'");
    assertThat(run("certificate", "check", folder + "/none").err()).contains("There is no file");
    String text = Files.writeString(folder.resolve("t"), "hello").toString();
    assertThat(run("certificate", "check", text, "--passphrase-file", text).code())
        .isEqualTo(ExitCode.FAILED);
  }

  @Test
  void writesTheTwoFilesThatTheArticleUses() throws Exception {
    String out = folder.resolve("out").toString();
    var ran = run("certificate", "convert", cert, key, "--out", out);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(Pem.certificates(Files.readString(folder.resolve("out/cert.pem")))).hasSize(2);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("out/key.pem"))))
        .isEqualTo("rw-------");
    assertThat(run("certificate", "convert", cert, key, "--out", out).err()).contains("--force");
    assertThat(run("certificate", "convert", cert, "--out", out, "--force").code()).isZero();
  }

  @Test
  void bringsThemToATarget() throws Exception {
    String path = new WorkspaceId("s", "g", "w").path();
    try (var server = new FakeServer(folder).running()) {
      server
          .on("GET " + path, "{\"location\":\"local\"}")
          .on("GET " + path + "/computes/myaks", "{}")
          .on("PUT " + path + "/computes/myaks", "{}")
          .on("GET " + path + "/certificates/myaks", "{\"owner\":\"myaks\"}")
          .on("GET /computeOperation", "{\"status\":\"Succeeded\"}");
      var ran =
          run(
              "certificate",
              "import",
              cert,
              key,
              "--target",
              "myaks",
              "--path",
              folder.toString(),
              "--data",
              server.data.toString());
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(server.calls)
          .anyMatch(
              call -> call.startsWith("PUT") && call.contains("\"cname\":\"www.contoso.test\""));
      assertThat(run("certificate", "import", cert, "--target", "myaks").err())
          .contains("No key is among the files");
    }
  }
}
