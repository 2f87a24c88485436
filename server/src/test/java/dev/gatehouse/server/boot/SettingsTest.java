package dev.gatehouse.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.Signing;
import dev.gatehouse.dns.TsigKey;
import dev.gatehouse.server.acme.Acme;
import dev.gatehouse.server.acme.Challenge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final String EVERY_KEY =
      """
      listen:
        address: 0.0.0.0
        advertised-address: 192.0.2.1
        https-port: 443
        http-port: 80
        dns-port: 53
        plain-http-anywhere: true
        max-body: 5MiB
      zone: models.example.org
      region: here
      workspace:
        subscription: 00000000-0000-0000-0000-0000000000aa
        resource-group: rg1
        name: ws1
      python:
        uv: /opt/uv
        runner: /opt/runner
        cache: /var/cache/environments
        build-timeout: 5m
        extra-indexes: true
        index: https://packages.example.org/simple
        extra-index-urls: https://one.example.org/simple https://two.example.org/simple
        spares: 5
      tls:
        hsts: 365d
      dns:
        update:
          server: 192.0.2.53:5353
          zone: example.org
          key-name: gatehouse.key
          key-algorithm: hmac-sha512
          key-file: /etc/gatehouse/dns.key
      metrics:
        open: false
      access-log: access.jsonl
      alerts:
        webhook: https://hooks.example.org/T0
      authority:
        crl-url: http://ca.example.org/crl
      issuers: letsencrypt, embedded
      acme:
        letsencrypt:
          directory: https://ca.example.org/directory
          email: ops@example.org, tls@example.org
          accept-terms: true
          profile: shortlived
          life: 6d
          challenge: tls-alpn-01, dns-01
          dns-wait: 30s
          eab-key-id: kid-1
          eab-key-file: /etc/gatehouse/eab.key
          ca-file: /etc/gatehouse/roots.pem
          timeout: 10m
      traces:
        endpoint: https://otel.example.org/in
        sample: 0.01
        headers-file: /etc/gatehouse/otel.headers
        ca-file: /etc/gatehouse/otel.pem
      collect:
        sample: 0.5
        body: 4KiB
        keep: 1GiB
        to: otlp
      """;

  @TempDir Path data;

  private Settings read(String yaml, Map<String, String> environment, Map<String, String> options)
      throws IOException {
    Files.writeString(data.resolve("gatehouse.yaml"), yaml);
    return Settings.read(data, environment, options);
  }

  @Test
  void hasADefaultForEveryKey() {
    Settings settings = Settings.read(data, Map.of("XDG_CACHE_HOME", "/c"), Map.of());
    assertThat(settings.listen().address().getHostAddress()).isEqualTo("127.0.0.1");
    assertThat(settings.listen())
        .extracting("https", "http", "dns", "maxBody")
        .containsExactly(8443, 8080, 8053, 100L << 20);
    assertThat(settings.names())
        .isEqualTo(new Settings.Names("gatehouse.localhost", "local", Optional.empty()));
    assertThat(settings.home())
        .extracting("resourceGroup", "workspace")
        .containsExactly("gatehouse", "default");
    assertThat(settings.home().subscription()).isEmpty();
    assertThat(settings.python().cache()).isEqualTo(Path.of("/c/gatehouse/environments"));
    assertThat(settings.python())
        .extracting("buildTimeout", "extraIndexes", "spares")
        .containsExactly(Duration.ofMinutes(20), false, 2);
    assertThat(settings.python().indexes().variables()).isEmpty();
    assertThat(settings.tls().hsts()).isZero();
    assertThat(settings.watch())
        .isEqualTo(new Settings.Watch(false, Optional.empty(), Optional.empty()));
    assertThat(settings.authority().lists()).contains(lists("http://127.0.0.1:8080/crl", false));
    assertThat(settings.observation())
        .isEqualTo(new Observation(Optional.empty(), 0.1, 1, 16 << 10, 256L << 20, false));
  }

  @Test
  void readsEveryKey() throws IOException {
    Settings settings = read(EVERY_KEY, Map.of(), Map.of());
    assertThat(settings.listen().advertised().getHostAddress()).isEqualTo("192.0.2.1");
    assertThat(settings.listen())
        .extracting("https", "http", "dns", "maxBody")
        .containsExactly(443, 80, 53, 5L << 20);
    var update =
        new DnsUpdate(
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.53"), 5353),
            "example.org",
            "gatehouse.key",
            TsigKey.Algorithm.HMAC_SHA512,
            Path.of("/etc/gatehouse/dns.key"));
    assertThat(settings.names())
        .isEqualTo(new Settings.Names("models.example.org", "here", Optional.of(update)));
    assertThat(settings.home().subscription()).contains("00000000-0000-0000-0000-0000000000aa");
    assertThat(settings.authority().lists()).contains(lists("http://ca.example.org/crl", true));
    assertThat(settings.python().uv()).isEqualTo(Path.of("/opt/uv"));
    assertThat(settings.python().buildTimeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(settings.python().spares()).isEqualTo(5);
    assertThat(settings.python().indexes().variables())
        .isEqualTo(
            Map.of(
                "UV_DEFAULT_INDEX",
                "https://packages.example.org/simple",
                "UV_INDEX",
                "https://one.example.org/simple https://two.example.org/simple"));
    assertThat(settings.tls().hsts()).isEqualTo(Duration.ofDays(365));
    assertThat(settings.watch())
        .isEqualTo(
            new Settings.Watch(
                false,
                Optional.of(data.resolve("logs/access.jsonl")),
                Optional.of(URI.create("https://hooks.example.org/T0"))));
    var otlp =
        new Observation.Otlp(
            URI.create("https://otel.example.org/in"),
            Optional.of(Path.of("/etc/gatehouse/otel.headers")),
            Optional.of(Path.of("/etc/gatehouse/otel.pem")));
    assertThat(settings.observation())
        .isEqualTo(new Observation(Optional.of(otlp), 0.01, 0.5, 4 << 10, 1L << 30, true));
  }

  @ParameterizedTest
  @CsvSource({
    "traces.sample=1.5,a number from 0 to 1",
    "traces.sample=x,a number from 0 to 1",
    "traces.headers-file=/h,traces.endpoint is missing",
    "collect.to=otlp,traces.endpoint is missing",
    "collect.to=s3,files or otlp",
    "collect.body=2MiB,1B to 1MiB",
    "collect.keep=1KiB,at least 1MiB",
    "traces.endpoint=https://user:pass@h/,put secrets into traces.headers-file",
  })
  void saysWhatIsWrongWithObservation(String setting, String expected) {
    String key = setting.substring(0, setting.indexOf('='));
    String value = setting.substring(setting.indexOf('=') + 1);
    assertThatThrownBy(() -> Settings.read(data, Map.of(), Map.of(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(expected)
        .hasMessageNotContaining("pass@");
  }

  @Test
  void sendsNoHeadersInClearToAnotherMachine() {
    var options = Map.of("traces.endpoint", "http://192.0.2.1/", "traces.headers-file", "/h");
    assertThatThrownBy(() -> Settings.read(data, Map.of(), options))
        .hasMessageContaining("in clear");
    var here = Map.of("traces.endpoint", "http://127.0.0.1:4318", "traces.headers-file", "/h");
    assertThat(Settings.read(data, Map.of(), here).observation().otlp()).isPresent();
  }

  @Test
  void readsHeadersOfAFileThatNobodyElseCanRead() throws IOException {
    Path file = data.resolve("headers");
    Files.writeString(file, "Authorization: Bearer one\n\nX-Scope: two: three\n");
    var otlp =
        new Observation.Otlp(
            URI.create("https://otel.example.org"), Optional.of(file), Optional.empty());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(otlp::open).hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(otlp.open().headers())
        .isEqualTo(Map.of("Authorization", "Bearer one", "X-Scope", "two: three"));
    Files.writeString(file, "X-Scope secret\n");
    assertThatThrownBy(otlp::open).hasMessageContaining("line 1").hasMessageNotContaining("secret");
  }

  @Test
  void readsEveryKeyOfAnIssuer() throws IOException {
    IssuerSettings issuers = read(EVERY_KEY, Map.of(), Map.of()).issuers();
    assertThat(issuers.order()).containsExactly("letsencrypt", "embedded");
    assertThat(issuers.acme())
        .containsExactly(
            new AcmeAuthority(
                "letsencrypt",
                URI.create("https://ca.example.org/directory"),
                List.of(URI.create("mailto:ops@example.org"), URI.create("mailto:tls@example.org")),
                true,
                "shortlived",
                Duration.ofDays(6),
                new Acme.Proving(
                    List.of(Challenge.TLS_ALPN_01, Challenge.DNS_01), Duration.ofSeconds(30)),
                Optional.of(new AcmeAuthority.Binding("kid-1", Path.of("/etc/gatehouse/eab.key"))),
                Optional.of(Path.of("/etc/gatehouse/roots.pem")),
                Duration.ofMinutes(10)));
  }

  @Test
  void namesRevocationListsOnlyWhereTheyWillBe() {
    assertThat(listed(Map.of("listen.http-port", "0"))).isEmpty();
    assertThat(listed(Map.of("authority.crl-url", "none"))).isEmpty();
    var open = new HashMap<>(Map.of("listen.address", "::", "listen.plain-http-anywhere", "true"));
    assertThat(listed(open)).isEmpty();
    open.put("listen.advertised-address", "2001:db8::1");
    assertThat(listed(open)).contains(lists("http://[2001:db8:0:0:0:0:0:1]:8080/crl", false));
    open.put("authority.crl-url", "https://ca.example.org/crl");
    assertThatThrownBy(() -> listed(open)).hasMessageContaining("an http:// URL, or none");
  }

  private Optional<Signing.Lists> listed(Map<String, String> options) {
    return Settings.read(data, Map.of(), options).authority().lists();
  }

  private static Signing.Lists lists(String base, boolean lasting) {
    return new Signing.Lists(URI.create(base), lasting);
  }

  @Test
  void opensMetricsOnLoopbackOnly() {
    assertThat(Settings.read(data, Map.of(), Map.of("metrics.open", "true")).watch().metricsOpen())
        .isTrue();
    var open =
        Map.of(
            "metrics.open",
            "true",
            "listen.address",
            "0.0.0.0",
            "listen.plain-http-anywhere",
            "true");
    assertThatThrownBy(() -> Settings.read(data, Map.of(), open))
        .hasMessageContaining("metrics.open")
        .hasMessageContaining("access token");
  }

  @Test
  void keepsASecretOfTheWebhookOutOfTheError() {
    assertThatThrownBy(
            () -> Settings.read(data, Map.of(), Map.of("alerts.webhook", "ftp://a/secret")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("alerts.webhook")
        .hasMessageContaining("https://")
        .hasMessageNotContaining("secret");
  }

  @Test
  void takesCredentialsOfIndexesFromAFileOfTheOwnersOnly() throws IOException {
    Path netrc =
        Files.writeString(
            data.resolve("netrc"), "machine packages.example.org login u password hidden\n");
    var options = Map.of("python.index-credentials", netrc.toString());
    Files.setPosixFilePermissions(netrc, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Settings.read(data, Map.of(), options))
        .hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(netrc, PosixFilePermissions.fromString("rw-------"));
    assertThat(Settings.read(data, Map.of(), options).python().indexes().variables())
        .isEqualTo(Map.of("NETRC", netrc.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"python.index", "python.extra-index-urls"})
  void refusesCredentialsInTheUrlOfAnIndexAndDoesNotRepeatThem(String key) {
    assertThatThrownBy(() ->
            Settings.read(
                data, Map.of(), Map.of(key, "https://u:hidden@packages.example.org/simple")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("python.index-credentials")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void writesNoAccessLogWhenItIsOff() {
    assertThat(Settings.read(data, Map.of(), Map.of("access-log", "off")).watch().accessLog())
        .isEmpty();
  }

  @Test
  void letsEnvironmentOverrideFileAndOptionOverrideBoth() throws IOException {
    var environment =
        Map.of("GATEHOUSE_LISTEN_HTTPS_PORT", "1002", "GATEHOUSE_LISTEN_HTTP_PORT", "1003");
    Settings settings =
        read("listen:\n  https-port: 1001\n", environment, Map.of("listen.https-port", "1004"));
    assertThat(settings.listen().https()).isEqualTo(1004);
    assertThat(settings.listen().http()).isEqualTo(1003);
  }

  @Test
  void refusesAnUnknownKeyAndNamesIt() {
    assertThatThrownBy(() -> read("listen:\n  htps-port: 1\n", Map.of(), Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("unknown key 'listen.htps-port'")
        .hasMessageContaining("listen.https-port");
  }

  @ParameterizedTest
  @CsvSource({
    "listen.https-port, 70000, a port",
    "listen.https-port, x, a port",
    "listen.address, example.org, an IP address",
    "listen.plain-http-anywhere, yes, true or false",
    "python.build-timeout, 5, a number with its unit",
    "python.spares, -1, a whole number",
    "listen.max-body, 5MB, a number with its unit",
    "zone, Not A Zone, a DNS name",
    "workspace.subscription, abc, a GUID",
  })
  void namesKeyValueAndRuleOfABadValue(String key, String value, String rule) {
    assertThatThrownBy(() -> Settings.read(data, Map.of(), Map.of(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining(rule);
  }

  private Optional<DnsUpdate> update(String... more) {
    var options =
        new HashMap<>(
            Map.of(
                "dns.update.server", "192.0.2.53",
                "dns.update.key-name", "k",
                "dns.update.key-file", "/k"));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return Settings.read(data, Map.of(), options).names().update();
  }

  @Test
  void takesPortZoneAndAlgorithmOfDnsUpdatesFromWhatIsUsual() {
    var update = update().orElseThrow();
    assertThat(update.server().getPort()).isEqualTo(53);
    assertThat(update.zone()).isEqualTo("gatehouse.localhost");
    assertThat(update.algorithm()).isEqualTo(TsigKey.Algorithm.HMAC_SHA256);
    assertThat(update("dns.update.server", "[2001:db8::1]:54").orElseThrow().server())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 54));
    assertThat(update("dns.update.server", "::1").orElseThrow().server().getPort()).isEqualTo(53);
  }

  @ParameterizedTest
  @CsvSource({
    "dns.update.server, ns.example.org, an IP address",
    "dns.update.server, 192.0.2.1:99999, an IP address",
    "dns.update.server, 192.0.2.999, an IP address",
    "dns.update.zone, example.org, the zone 'gatehouse.localhost'",
    "dns.update.key-name, Not A Name, a DNS name",
    "dns.update.key-algorithm, hmac-md5, hmac-sha256",
  })
  void namesWhatIsWrongWithDnsUpdates(String key, String value, String rule) {
    assertThatThrownBy(() -> update(key, value))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining(rule);
  }

  @ParameterizedTest
  @CsvSource({"server", "key-name", "key-file"})
  void namesTheKeyThatIsMissingForDnsUpdates(String key) {
    var options =
        new HashMap<>(
            Map.of(
                "dns.update.server", "192.0.2.53",
                "dns.update.key-name", "k",
                "dns.update.key-file", "/k"));
    options.remove("dns.update." + key);
    assertThatThrownBy(() -> Settings.read(data, Map.of(), options))
        .hasMessageContaining("dns.update." + key + " is missing");
  }

  @Test
  void refusesToServePlainHttpInTheOpenUnlessTold() {
    assertThatThrownBy(() -> Settings.read(data, Map.of(), Map.of("listen.address", "0.0.0.0")))
        .hasMessageContaining("listen.plain-http-anywhere: true");
  }

  @Test
  void refusesWhatIsNoYaml() {
    assertThatThrownBy(() -> read("a: [", Map.of(), Map.of())).hasMessageContaining("not YAML");
    assertThatThrownBy(() -> read("region: [a, b]", Map.of(), Map.of()))
        .hasMessageContaining("is a list");
    assertThatThrownBy(() -> read("nonsense", Map.of(), Map.of()))
        .hasMessageContaining("keys and values");
  }

  @Test
  void letsOneProcessHaveTheDataFolder() throws IOException {
    try (var held = DataFolder.open(data.resolve("d"), Map.of())) {
      assertThat(held.run().toString().length()).isLessThan(80);
      assertThatThrownBy(() -> DataFolder.open(data.resolve("d"), Map.of()))
          .hasMessageContaining("another Gatehouse runs");
    }
    DataFolder.open(data.resolve("d"), Map.of()).close();
  }

  @Test
  void putsSocketsElsewhereWhenThePathIsLong() throws IOException {
    Path deep = data.resolve("x".repeat(90));
    try (var folder = DataFolder.open(deep, Map.of("XDG_RUNTIME_DIR", data.toString()))) {
      assertThat(folder.run()).startsWith(data).isNotEqualTo(deep.resolve("run"));
    }
  }
}
