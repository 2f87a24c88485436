package dev.gatehouse.server.boot;

import dev.gatehouse.certificates.Signing;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Everything that can be set, parsed once. */
record Settings(
    Listen listen,
    Names names,
    Home home,
    Python python,
    Tls tls,
    Watch watch,
    Authority authority,
    IssuerSettings issuers,
    Observation observation) {

  /**
   * Where the gateway and the DNS server listen.
   *
   * @param advertised the address that clients reach the gateway at: DNS records and plain scoring
   *     URIs name it
   */
  record Listen(
      InetAddress address,
      InetAddress advertised,
      int https,
      int http,
      int dns,
      boolean plainHttpAnywhere,
      long maxBody) {

    /** Whether other machines reach it. */
    boolean open() {
      return !address.isLoopbackAddress() || !advertised.isLoopbackAddress();
    }
  }

  /**
   * @param zone under which platform names are made
   * @param region the label before the zone where a compute target names no other
   * @param update the server of somebody else that answers for them instead of the embedded one
   */
  record Names(String zone, String region, Optional<DnsUpdate> update) {}

  /**
   * The workspace that exists after the first start; without a subscription given, a GUID is made
   * once.
   */
  record Home(Optional<String> subscription, String resourceGroup, String workspace) {}

  /**
   * @param uv the program that builds environments
   * @param cache where built environments are kept, shared by all data folders
   * @param indexes where packages come from
   * @param extraIndexes whether an inference config may name package indexes of its own
   * @param spares environments that have a process waiting with their libraries imported
   */
  record Python(
      Path uv,
      Path runner,
      Path cache,
      Duration buildTimeout,
      PackageIndexes indexes,
      boolean extraIndexes,
      int spares) {}

  /**
   * @param hsts the max-age of Strict-Transport-Security; zero sends no such header
   */
  record Tls(Duration hsts) {}

  /**
   * What tells operators how it goes.
   *
   * @param metricsOpen whether metrics are served without an access token
   * @param accessLog the file, if there is one
   * @param webhook where alerts are posted
   */
  record Watch(boolean metricsOpen, Optional<Path> accessLog, Optional<URI> webhook) {}

  /**
   * @param lists where clients find what this server has under /crl
   */
  record Authority(Optional<Signing.Lists> lists) {}

  static final Pattern DNS_NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern GUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /**
   * Plain HTTP only: to check the certificate of an HTTPS one, clients would need the list first.
   */
  private static final Pattern LISTS =
      Pattern.compile("none|(http://[A-Za-z0-9.\\[\\]:-]+(/[A-Za-z0-9._~/-]*)?)?");

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_-]{1,32}");

  /**
   * Reads the data folder's {@code gatehouse.yaml}; the environment and the options override it.
   */
  static Settings read(Path data, Map<String, String> environment, Map<String, String> options) {
    var source = new SettingsSource(data.resolve("gatehouse.yaml"), environment, options);
    InetAddress address = address(source, "listen.address", "127.0.0.1");
    var listen =
        new Listen(
            address,
            address(
                source,
                "listen.advertised-address",
                address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress()),
            source.port("listen.https-port", 8443),
            source.port("listen.http-port", 8080),
            source.port("listen.dns-port", 8053),
            source.flag("listen.plain-http-anywhere", false),
            source.bytes("listen.max-body", 100L << 20));
    if (!address.isLoopbackAddress() && !listen.plainHttpAnywhere()) {
      throw new SettingsException(
          "listen.address: "
              + address.getHostAddress()
              + " is not a loopback address, and services without TLS would be served in the open there; set"
              + " listen.plain-http-anywhere: true if that is meant");
    }
    String zone = source.text("zone", "gatehouse.localhost", DNS_NAME, "a DNS name in lower case");
    var names =
        new Names(
            zone,
            source.text("region", "local", LABEL, "a DNS label in lower case"),
            DnsUpdate.read(source, zone));
    var home =
        new Home(
            source.text("workspace.subscription").isEmpty()
                ? Optional.empty()
                : Optional.of(source.text("workspace.subscription", "", GUID, "a GUID")),
            source.text(
                "workspace.resource-group",
                "gatehouse",
                NAME,
                "2 to 33 letters, digits, '-' or '_'"),
            source.text("workspace.name", "default", NAME, "2 to 33 letters, digits, '-' or '_'"));
    Path cache =
        Path.of(
            environment.getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache"),
            "gatehouse");
    var python =
        new Python(
            source.path("python.uv", cache.resolve("uv/bin/uv")),
            source.path(
                "python.runner",
                Path.of(System.getProperty("gatehouse.home", "."))
                    .resolve("runner")
                    .toAbsolutePath()),
            source.path("python.cache", cache.resolve("environments")),
            source.duration("python.build-timeout", Duration.ofMinutes(20)),
            PackageIndexes.read(source),
            source.flag("python.extra-indexes", false),
            source.count("python.spares", 2));
    var tls = new Tls(source.duration("tls.hsts", Duration.ZERO));
    var watch = watch(source, data.resolve("logs"), listen);
    var authority = new Authority(lists(source, listen));
    var issuers = IssuerSettings.read(source);
    var observation = Observation.read(source);
    source.refuseUnknown();
    return new Settings(listen, names, home, python, tls, watch, authority, issuers, observation);
  }

  private static Watch watch(SettingsSource source, Path logs, Listen listen) {
    boolean open = source.flag("metrics.open", false);
    if (open && !listen.address().isLoopbackAddress()) {
      throw new SettingsException(
          "metrics.open: true, but listen.address "
              + listen.address().getHostAddress()
              + " is not a loopback address; leave it out and let Prometheus send an access token");
    }
    return new Watch(
        open,
        source.text("access-log").filter(value -> !value.equals("off")).map(logs::resolve),
        source.web("alerts.webhook"));
  }

  private static Optional<Signing.Lists> lists(SettingsSource source, Listen listen) {
    String told = source.text("authority.crl-url", "", LISTS, "an http:// URL, or none");
    if (!told.isEmpty()) {
      return told.equals("none")
          ? Optional.empty()
          : Optional.of(new Signing.Lists(URI.create(told), true));
    }
    boolean reachable =
        listen.address().isLoopbackAddress() || !listen.advertised().isLoopbackAddress();
    if (listen.http() == 0 || !reachable) {
      return Optional.empty();
    }
    String address = listen.advertised().getHostAddress();
    String host = listen.advertised() instanceof Inet6Address ? "[" + address + "]" : address;
    return Optional.of(
        new Signing.Lists(URI.create("http://%s:%d/crl".formatted(host, listen.http())), false));
  }

  private static InetAddress address(SettingsSource source, String key, String otherwise) {
    String value = source.text(key).orElse(otherwise);
    try {
      if (!value.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
        throw new UnknownHostException(value);
      }
      return InetAddress.getByName(value);
    } catch (UnknownHostException e) {
      throw new SettingsException(key + ": '" + value + "' (expected: an IP address)");
    }
  }
}
