package dev.gatehouse.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.stream.Stream;
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

  private static final String PLACE = new WorkspaceId("s", "g", "w").path();
  private static final String SERVICE = "/modelmanagement/v1.0" + PLACE + "/services/box";

  private FakeServer server() throws Exception {
    return new FakeServer(folder)
        .running()
        .on("GET " + PLACE, "{\"location\":\"local\"}")
        .on("GET " + PLACE + "/computes/myaks", "{}")
        .on("PUT " + PLACE + "/computes/myaks", "{}")
        .on(
            "GET " + PLACE + "/certificates/myaks",
            "{\"owner\":\"myaks\",\"repairs\":[\"Dropped the root.\"],\"warnings\":[\"It is self-signed.\"]}")
        .on("GET /computeOperation", "{\"status\":\"Succeeded\"}")
        .on("GET " + SERVICE, "{\"computeType\":\"ACI\"}")
        .on("PATCH " + SERVICE, "{}")
        .on("GET /modelmanagement/v1.0" + PLACE + "/operations/o1", "{\"state\":\"Succeeded\"}")
        .on("GET " + PLACE + "/certificates/box", "{\"owner\":\"box\"}");
  }

  private Cli.Ran bring(FakeServer server, Cli cli, String... words) {
    return cli.run(
        Stream.of(
                Stream.of("certificate", "import"),
                Stream.of(words),
                Stream.of("--path", folder.toString(), "--data", server.data.toString()))
            .flatMap(s -> s)
            .toArray(String[]::new));
  }

  private Cli cli() {
    return new Cli(folder, Map.of());
  }

  @Test
  void bringsThemToATargetAndShowsWhatWasPutRight() throws Exception {
    try (var server = server()) {
      var ran = bring(server, cli(), cert, key, "--target", "myaks");
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(ran.out())
          .contains("repaired      Dropped the root.", "WARNING       It is self-signed.");
      assertThat(server.calls.stream().filter(call -> call.startsWith("PUT")))
          .singleElement()
          .matches(call -> call.contains("\"cname\":\"www.contoso.test\""))
          .matches(call -> call.contains("PRIVATE KEY"));
    }
  }

  @Test
  void leavesTheKeyToBeFoundByTheServer() throws Exception {
    try (var server = server()) {
      assertThat(bring(server, cli(), cert, "--target", "myaks").code()).isZero();
      assertThat(server.calls.stream().filter(call -> call.startsWith("PUT")))
          .singleElement()
          .matches(call -> !call.contains("\"key\""));
    }
  }

  @Test
  void bringsThemToAServiceOfItsOwnName() throws Exception {
    try (var server = server()) {
      var ran = bring(server, cli(), cert, key, "--service", "box", "--cname", "api.contoso.test");
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(server.calls.stream().filter(call -> call.startsWith("PATCH")))
          .singleElement()
          .matches(call -> call.contains("/sslKey") && call.contains("api.contoso.test"));
      server.on("GET " + SERVICE, "{\"computeType\":\"AKS\"}");
      var aks = bring(server, cli(), cert, key, "--service", "box");
      assertThat(aks.code()).isEqualTo(ExitCode.FAILED);
      assertThat(aks.err()).contains("--target");
      assertThat(bring(server, cli(), cert).code()).isEqualTo(ExitCode.USAGE);
    }
  }

  @Test
  void asksForThePassphraseOrReadsIt() throws Exception {
    var store = java.security.KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "key",
        Pem.key(Files.readString(Path.of(key))),
        "let me in".toCharArray(),
        Pem.certificates(Files.readString(Path.of(cert)))
            .reversed()
            .subList(0, 2)
            .toArray(java.security.cert.X509Certificate[]::new));
    Path file = folder.resolve("contoso.pfx");
    try (var out = Files.newOutputStream(file)) {
      store.store(out, "let me in".toCharArray());
    }
    String[] check = {"certificate", "check", file.toString()};
    assertThat(cli().run(check).err()).contains("no passphrase was given");
    assertThat(cli().typing("let me in").run(check).out()).contains("good ");
    assertThat(cli().typing("no").run(check).err()).contains("does not open it");
    var before = System.in;
    System.setIn(new java.io.ByteArrayInputStream("let me in\n".getBytes(UTF_8)));
    try {
      var ran = cli().run("certificate", "check", file.toString(), "--passphrase-file", "-");
      assertThat(ran.out()).as(ran.err()).contains("good ");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void saysWhatToNameWhenTheCertificateDoesNot() throws Exception {
    var authority =
        EmbeddedAuthority.create(
            new Permitted(List.of("contoso.test"), List.of()),
            InstantSource.system(),
            new SecureRandom());
    Files.writeString(Path.of(cert), authority.rootPem());
    try (var server = server()) {
      assertThat(bring(server, cli(), cert, "--target", "myaks").err()).contains("--cname");
    }
  }
}
