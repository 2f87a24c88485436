package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TlsCommandTest {
  private static final String WORKSPACE = new WorkspaceId("s", "g", "w").path();

  @TempDir Path folder;
  private FakeServer server;
  private Map<String, List<String>> resolver = Map.of("a.local", List.of("127.0.0.1"));

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder).running();
    targets(target("myaks", "Auto", "a.local"));
    services("");
    certificates(certificate("myaks", "a.local", "Platform", 60, ""));
    server.on("GET " + WORKSPACE + "/certificateRequests", "{\"value\":[]}");
    server.on(
        "GET /gatehouse/names", "{\"names\":[{\"name\":\"a.local\",\"address\":\"127.0.0.1\"}]}");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void targets(String... all) {
    server.on("GET " + WORKSPACE + "/computes", "{\"value\":[" + String.join(",", all) + "]}");
  }

  private void services(String all) {
    server.on("GET /modelmanagement/v1.0" + WORKSPACE + "/services", "{\"value\":[" + all + "]}");
  }

  private void certificates(String all) {
    server.on("GET " + WORKSPACE + "/certificates", "{\"value\":[" + all + "]}");
  }

  private static String target(String name, String status, String cname) {
    return "{\"name\":\"%s\",\"properties\":{\"properties\":{\"sslConfiguration\":{\"status\":\"%s\",\"cname\":\"%s\"}}}}"
        .formatted(name, status, cname);
  }

  private static String certificate(
      String owner, String host, String kind, int days, String lastError) {
    return "{\"owner\":\"%s\",\"ownerKind\":\"ComputeTarget\",\"host\":\"%s\",\"kind\":\"%s\",\"issuer\":\"I\",\"daysLeft\":%d,\"nextRenewal\":\"soon\",\"lastError\":\"%s\"}"
        .formatted(owner, host, kind, days, lastError);
  }

  private Cli.Ran status(String... words) {
    return tls(Stream.concat(Stream.of("status"), Stream.of(words)).toArray(String[]::new));
  }

  private Cli.Ran tls(String... words) {
    var cli = new Cli(server.home, Map.of(), name -> resolver.getOrDefault(name, List.of()));
    return cli.run(
        Stream.of(
                Stream.of("tls"),
                Stream.of(words),
                Stream.of("--data", server.data.toString(), "--path", folder.toString()))
            .flatMap(s -> s)
            .toArray(String[]::new));
  }

  @Test
  void ticksOffWhatIsDone() {
    var ran = status();
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("compute target 'myaks'", "[x] domain       a.local", "[x] certificate")
        .contains("[x] TLS          on", "[x] DNS          127.0.0.1, as it should be")
        .doesNotContain("next:", "WARNING");
    JsonNode json = Wire.parse(status("MYAKS", "--json").out()).path(0);
    assertThat(json.path("complete").booleanValue()).isTrue();
    assertThat(json.path("steps")).hasSize(4);
  }

  @Test
  void saysWhatToTypeWhenTlsIsOff() {
    targets(target("myaks", "Disabled", ""));
    certificates("");
    assertThat(status().out())
        .contains("[ ] TLS", "[ ] certificate")
        .contains(
            "next: ./gatehouse ml computetarget update aks -n myaks --data '"
                + server.data
                + "' --ssl-leaf-domain-label LABEL");
  }

  @Test
  void saysHowANameIsFound() {
    resolver = Map.of();
    assertThat(status().out())
        .contains("[ ] DNS          this machine finds no address")
        .contains("next: sudo ./gatehouse dns hosts --write --data '" + server.data);
    targets(target("myaks", "Enabled", "www.contoso.test"));
    certificates(certificate("myaks", "www.contoso.test", "Custom", 10, ""));
    resolver = Map.of("www.contoso.test", List.of("192.0.2.1"));
    assertThat(status().out())
        .contains("192.0.2.1, but it should be 127.0.0.1")
        .contains("next: set an A record of www.contoso.test to 127.0.0.1")
        .contains("./gatehouse certificate request --cname www.contoso.test", "--target myaks");
  }

  @Test
  void showsWhyARenewalFailedAndHowToTryAgain() {
    certificates(certificate("myaks", "a.local", "Platform", 9, "no answer"));
    assertThat(status().out())
        .contains(
            "the last renewal failed: no answer", "next: ./gatehouse certificate renew myaks");
  }

  @Test
  void flagsPlainHttpThatLeavesTheMachine() {
    services(
        "{\"name\":\"far\",\"scoringUri\":\"http://192.0.2.9:8080/api/v1/service/far/score\",\"warnings\":[\"Read by all.\"]},"
            + "{\"name\":\"near\",\"dnsNameLabel\":\"n\",\"scoringUri\":\"http://127.0.0.1:8080/api/v1/service/near/score\"}");
    assertThat(status("far").out())
        .contains("WARNING: Read by all.", "certificate import CHAIN KEY --service far");
    assertThat(status("near").out())
        .doesNotContain("WARNING")
        .contains("next: ./gatehouse tls on near");
  }

  @Test
  void pointsAServiceToItsTarget() {
    services(
        "{\"name\":\"svc\",\"computeName\":\"myaks\",\"scoringUri\":\"https://a.local:8443/api/v1/service/svc/score\"},"
            + "{\"name\":\"new\",\"computeName\":\"other\",\"scoringUri\":null}");
    assertThat(status("svc").out()).contains("service 'svc'", "[x] TLS          https://a.local");
    assertThat(status("new").out())
        .contains("not reachable yet", "next: ./gatehouse tls status other");
  }

  @Test
  void switchesOneServiceOffAndOn() {
    String one = "/modelmanagement/v1.0" + WORKSPACE + "/services/svc";
    String operation = "/modelmanagement/v1.0" + WORKSPACE + "/operations/o1";
    server
        .on("PATCH " + one, "{}")
        .on("GET " + operation, "{\"state\":\"Succeeded\"}")
        .on(
            "GET " + one,
            "{\"name\":\"svc\",\"computeName\":\"myaks\",\"scoringUri\":\"http://192.0.2.9/\",\"warnings\":[\"Read by all.\"]}");
    var off = tls("off", "svc");
    assertThat(off.code()).as(off.err()).isZero();
    assertThat(off.out()).isEqualTo("http://192.0.2.9/\nWARNING: Read by all.\n");
    assertThat(server.calls)
        .anyMatch(
            call -> call.startsWith("PATCH") && call.contains("/sslEnabled\",\"value\":false"));
    assertThat(tls("on", "svc").err()).contains("next: ./gatehouse tls status myaks");
    services(
        "{\"name\":\"svc\",\"computeName\":\"myaks\",\"sslEnabled\":false,\"scoringUri\":\"http://127.0.0.1/\"}");
    assertThat(status("svc").out()).contains("next: ./gatehouse tls on svc");
  }

  @Test
  void remindsOfRequestsThatWait() {
    server.on(
        "GET " + WORKSPACE + "/certificateRequests",
        "{\"value\":[{\"id\":\"1a2b3c4d\",\"cname\":\"www.contoso.test\"}]}");
    assertThat(status().err()).contains("request 1a2b3c4d", "www.contoso.test", "import CHAIN");
    assertThat(status("myaks").err()).isEmpty();
  }

  @Test
  void helpsWhoHasNothingYet() {
    targets();
    assertThat(status().out()).contains("computetarget create aks");
    var absent = status("nobody");
    assertThat(absent.code()).isEqualTo(ExitCode.FAILED);
    assertThat(absent.err()).contains("'nobody'");
  }

  @Test
  void asksTheResolverOfTheSystem() {
    assertThat(NameLookup.system().addresses("127.0.0.1")).containsExactly("127.0.0.1");
    assertThat(NameLookup.system().addresses("not a name")).isEmpty();
  }
}
