package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateCommandTest {
  private static final String ALL = new WorkspaceId("s", "g", "w").path() + "/certificates";
  private static final String ONE =
      """
      {"owner":"myaks","ownerKind":"ComputeTarget","host":"a.local","kind":"Platform","issuer":"I",
       "issuedBy":"letsencrypt","profile":"shortlived","renewalWindow":{"start":"2026-02-01T00:00:00Z","end":"2026-03-02T00:00:00Z"},"serial":"1f",
       "names":["a.local","b.local"],"keyType":"EC P-256","notBefore":"2026-01-01T00:00:00Z",
       "notAfter":"2026-04-01T00:00:00Z","daysLeft":42,"nextRenewal":"2026-03-01T00:00:00Z","lastError":null,
       "history":[{"serial":"1e","issuedBy":"embedded","created":"2025-10-01T00:00:00Z","replaced":"2026-01-01T00:00:00Z"},
                  {"serial":"1f","issuedBy":"letsencrypt","created":"2026-01-01T00:00:00Z","replaced":null}]}
      """;

  @TempDir Path folder;
  private FakeServer server;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder).running();
    cli = new Cli(server.home, Map.of());
    server
        .on("GET " + ALL, "{\"value\":[" + ONE + "]}")
        .on("GET " + ALL + "/myaks", ONE)
        .on("POST " + ALL + "/myaks/renew", "{}")
        .on("GET /computeOperation", "{\"status\":\"Succeeded\"}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Cli.Ran run(String... words) {
    return cli.run(
        Stream.of(
                Stream.of("certificate"),
                Stream.of(words),
                Stream.of("--data", server.data.toString(), "--path", folder.toString()))
            .flatMap(s -> s)
            .toArray(String[]::new));
  }

  @Test
  void listsWhatIsInService() {
    assertThat(run("list").out().lines().toList().getLast())
        .contains("myaks", "a.local", "letsencrypt", "42", "2026-03-01");
    assertThat(Wire.parse(run("list", "--json").out())).hasSize(1);
  }

  @Test
  void showsOneWithItsHistory() {
    assertThat(run("show", "myaks").out())
        .contains("EC P-256", "(42 days left)", "a.local, b.local", "last error    none")
        .contains("issued by     letsencrypt", "profile       shortlived", "issuer        I")
        .contains("its window    2026-02-01T00:00:00Z to 2026-03-02")
        .contains("1e  embedded  until 2026-01-01")
        .contains("1f  letsencrypt  in service");
    assertThat(Wire.parse(run("show", "myaks", "--json").out())).isEqualTo(Wire.parse(ONE));
  }

  @Test
  void renewsAndShowsTheNewOne() {
    var ran = run("renew", "myaks", "--json");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("ok     renew the certificate of 'myaks'");
    assertThat(Wire.parse(ran.out()).path("serial").asString("")).isEqualTo("1f");
  }

  private static final String REQUESTS =
      new WorkspaceId("s", "g", "w").path() + "/certificateRequests";
  private static final String REQUEST =
      """
      {"id":"1a2b3c4d","cname":"www.contoso.test","names":["www.contoso.test"],"keyType":"RSA 3072",
       "created":"2026-01-01T00:00:00Z","csr":"-----BEGIN CERTIFICATE REQUEST-----\\n"}
      """;

  @Test
  void asksForACertificateAndWritesTheRequest() throws Exception {
    server.on("POST " + REQUESTS, REQUEST);
    Path file = folder.resolve("csr.pem");
    var ran =
        run(
            "request",
            "--cname",
            "www.contoso.test",
            "--name",
            "contoso.test",
            "--key-type",
            "rsa-3072",
            "--out",
            file.toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("next: have it signed", "request 1a2b3c4d");
    assertThat(file).hasContent("-----BEGIN CERTIFICATE REQUEST-----\n");
    assertThat(server.calls)
        .anyMatch(call ->
            call.endsWith(
                "{\"cname\":\"www.contoso.test\",\"keyType\":\"rsa-3072\",\"names\":[\"contoso.test\"]}"));
    assertThat(run("request", "--cname", "www.contoso.test").out()).contains("BEGIN CERTIFICATE");
    assertThat(run("request").code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void listsAndCancelsRequests() {
    server
        .on("GET " + REQUESTS, "{\"value\":[" + REQUEST + "]}")
        .on("DELETE " + REQUESTS + "/1a2b3c4d", "{}");
    assertThat(run("request", "list").out()).contains("1a2b3c4d", "www.contoso.test", "RSA 3072");
    assertThat(run("request", "cancel", "1a2b3c4d").out())
        .contains("1a2b3c4d and its key are gone");
    assertThat(run("request", "cancel", "ffff").code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void passesOnWhyARenewalFailed() {
    server.on(
        "GET /computeOperation", "{\"status\":\"Failed\",\"error\":{\"message\":\"No CA.\"}}");
    var ran = run("renew", "myaks");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err()).contains("No CA.");
    assertThat(run("show", "nobody").code()).isEqualTo(ExitCode.FAILED);
  }
}
