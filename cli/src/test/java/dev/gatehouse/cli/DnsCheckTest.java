package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import dev.gatehouse.dns.DnsServer;
import dev.gatehouse.dns.RecordData;
import dev.gatehouse.dns.ResourceRecord;
import dev.gatehouse.dns.StartOfAuthority;
import dev.gatehouse.dns.Zone;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DnsCheckTest {
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String OWN = "a.local.models.test";

  @TempDir Path folder;
  private FakeServer server;
  private Cli cli;
  private DnsServer authority;
  private DnsServer resolver;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder);
    cli = new Cli(server.home, Map.of());
    cli.run("up", "--detach", "--data", server.data.toString());
    authority = dns(zone("contoso.test"), zone("models.test"));
    resolver = dns(zone("contoso.test"), zone("models.test"));
    platform(true, "models.test");
  }

  @AfterEach
  void stop() {
    cli.run("down", "--data", server.data.toString());
    authority.close();
    resolver.close();
    server.close();
  }

  private static Zone zone(String apex) {
    var zone =
        Zone.of(apex, new StartOfAuthority("ns." + apex, "dns@" + apex, 1, Duration.ofMinutes(2)));
    return zone.with(address("ns." + apex, "127.0.0.1"));
  }

  private static DnsServer dns(Zone... zones) throws IOException {
    var server = new DnsServer(ANY_PORT, List.of(zones));
    server.start();
    return server;
  }

  private static ResourceRecord address(String name, String address) {
    return ResourceRecord.address(name, HOUR, InetAddress.ofLiteral(address));
  }

  private static void set(DnsServer server, String name, String address) {
    String apex = name.endsWith(".models.test") ? "models.test" : "contoso.test";
    server.update(apex, zone -> zone.with(address(name, address)));
  }

  private void platform(boolean embedded, String zone) {
    server.on(
        "GET /gatehouse/names",
        """
        {"zone":"%s","authority":"127.0.0.1","authorityPort":%d,"embedded":%s,"gateway":["192.0.2.9"],
         "names":[{"name":"%s","address":"192.0.2.9"}]}
        """
            .formatted(zone, authority.address().getPort(), embedded, OWN));
  }

  private Cli.Ran check(String... arguments) {
    return cli.run(
        Stream.concat(
                Stream.of(
                    "dns",
                    "check",
                    "--data",
                    server.data.toString(),
                    "--resolver",
                    "127.0.0.1:" + resolver.address().getPort(),
                    "--authority-port",
                    "" + authority.address().getPort()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Test
  void saysThatANameIsRight() {
    set(resolver, "www.contoso.test", "192.0.2.9");
    set(authority, "www.contoso.test", "192.0.2.9");
    var ran = check("WWW.contoso.test.");
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .contains("www.contoso.test should lead to 192.0.2.9")
        .contains("zone contoso.test")
        .contains("Right: it leads to Gatehouse.");
  }

  @Test
  void tellsTheTimeToWaitWhenOnlyTheResolverIsBehind() {
    set(resolver, "www.contoso.test", "192.0.2.1");
    set(authority, "www.contoso.test", "192.0.2.9");
    var ran = check("www.contoso.test");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.out()).contains("old answer for 3600 s at most: wait");
  }

  @Test
  void saysWhichRecordToSetAtTheRegistrar() {
    for (var each : List.of(resolver, authority)) {
      set(each, "www.contoso.test", "192.0.2.1");
    }
    assertThat(check("www.contoso.test").out())
        .contains("the zone contoso.test is kept:")
        .contains("  www.contoso.test. 300 IN A 192.0.2.9")
        .contains("in the place of what leads to 192.0.2.1.")
        .contains("remembers the old answer for 3600 s");
    assertThat(check("new.contoso.test").out())
        .contains("no such name, to be remembered for 120 s")
        .contains("  new.contoso.test. 300 IN A 192.0.2.9");
    assertThat(check("www.nowhere.test").out()).contains("no server of it was found");
  }

  @Test
  void printsJsonForPrograms() {
    resolver.update(
        "contoso.test",
        zone ->
            zone.with(
                List.of(
                    address("old.contoso.test", "192.0.2.1"),
                    new ResourceRecord(
                        "www.contoso.test", HOUR, new RecordData.Cname("old.contoso.test")))));
    var ran = check("www.contoso.test", "--json");
    var document = Wire.parse(ran.out());
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(document.path("right").asBoolean()).isFalse();
    assertThat(document.path("waitSeconds").asInt()).isEqualTo(3600);
    assertThat(document.at("/resolver/aliases/0").asString()).isEqualTo("old.contoso.test");
    assertThat(document.at("/servers/0/exists").asBoolean(true)).isFalse();
    assertThat(document.at("/advice/1").asString())
        .isEqualTo("www.contoso.test. 300 IN A 192.0.2.9");
  }

  @Test
  void saysHowToDelegateTheZoneToTheEmbeddedServer() {
    var above = new StartOfAuthority("ns.elsewhere", "dns@test", 1, Duration.ofMinutes(2));
    resolver.install(List.of(Zone.of("test", above)));
    set(authority, OWN, "192.0.2.9");
    assertThat(check(OWN).out())
        .contains("models.test. 3600 IN NS ns.models.test.")
        .contains("ns.models.test. 300 IN A 192.0.2.9")
        .contains("listen.dns-port");
    platform(false, "models.test");
    assertThat(check(OWN).out()).contains("delegate the zone to it at the registrar");
  }

  @Test
  void saysWhatIsWrongOnItsOwnSide() {
    assertThat(check("none.models.test").out()).contains("Gatehouse has no such name");
    assertThat(check(OWN).out()).contains("does not lead there");
    server.on(
        "GET /gatehouse/names",
        """
        {"zone":"x.localhost","authority":"0.0.0.0","authorityPort":%d,"embedded":true,"gateway":["127.0.0.1"],
         "names":[{"name":"a.x.localhost","address":"127.0.0.1"}]}
        """
            .formatted(authority.address().getPort()));
    assertThat(check("a.x.localhost").out()).contains("sudo ./gatehouse dns hosts --write");
  }

  @Test
  void asksTheSystemItself() {
    server.on(
        "GET /gatehouse/names",
        """
        {"zone":"x.localhost","authority":"127.0.0.1","authorityPort":%d,"embedded":true,"gateway":["127.0.0.1"],"names":[]}
        """
            .formatted(authority.address().getPort()));
    assertThat(cli.run("dns", "check", "localhost", "--data", server.data.toString()).code())
        .isZero();
  }

  @Test
  void refusesWhatIsNoNameOrNoAddress() {
    assertThat(check("not a name").err()).contains("'not a name' is no host name");
    var ran =
        cli.run("dns", "check", "a.test", "--resolver", "x:y", "--data", server.data.toString());
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("--resolver: 'x:y'");
  }
}
