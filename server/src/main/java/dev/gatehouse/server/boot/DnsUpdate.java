package dev.gatehouse.server.boot;

import dev.gatehouse.dns.RemoteZone;
import dev.gatehouse.dns.TsigKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Somebody else's DNS server that takes our names by signed updates.
 *
 * @param zone the zone there; the platform's zone is the same or lies in it
 * @param keyFile the secret of the key in base64, mode 0600
 */
record DnsUpdate(
    InetSocketAddress server,
    String zone,
    String keyName,
    TsigKey.Algorithm algorithm,
    Path keyFile) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String SERVER = "dns.update.server";
  private static final String ZONE = "dns.update.zone";
  private static final String KEY_NAME = "dns.update.key-name";
  private static final String ALGORITHM = "dns.update.key-algorithm";
  private static final String KEY_FILE = "dns.update.key-file";
  private static final int DNS_PORT = 53;
  private static final Pattern ADDRESS =
      Pattern.compile("(?:([0-9.]+)|\\[([0-9a-fA-F:.]+)])(?::(\\d{1,5}))?|([0-9a-fA-F:]+)");

  /** Empty when none of the keys is set. */
  static Optional<DnsUpdate> read(SettingsSource source, String platformZone) {
    // All are asked for, so that they are known keys whichever of them is missing.
    List<Optional<String>> given =
        List.of(
            source.text(SERVER),
            source.text(ZONE),
            source.text(KEY_NAME),
            source.text(ALGORITHM),
            source.text(KEY_FILE));
    if (given.stream().allMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    InetSocketAddress server =
        address(required(source, SERVER, "the address of the DNS server that takes the updates"));
    String zone = source.text(ZONE, platformZone, Settings.DNS_NAME, "a DNS name in lower case");
    if (!platformZone.equals(zone) && !platformZone.endsWith("." + zone)) {
      throw new SettingsException(
          "%s: '%s' (expected: the zone '%s', or one that it lies in)"
              .formatted(ZONE, zone, platformZone));
    }
    required(source, KEY_NAME, "the name of the TSIG key on that server");
    String keyName =
        source.text(
            KEY_NAME,
            "",
            Pattern.compile("[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?"),
            "a DNS name in lower case");
    required(source, KEY_FILE, "the file with the secret of the TSIG key");
    return Optional.of(
        new DnsUpdate(
            server,
            zone,
            keyName,
            algorithm(source.text(ALGORITHM).orElse(TsigKey.Algorithm.HMAC_SHA256.spelled())),
            source.path(KEY_FILE, Path.of(""))));
  }

  /** Reads the key; the fault names its file. */
  RemoteZone open() throws IOException {
    return new RemoteZone(server, zone, TsigKey.read(keyName, algorithm, keyFile), PATIENCE);
  }

  private static String required(SettingsSource source, String key, String what) {
    return source
        .text(key)
        .orElseThrow(() ->
            new SettingsException(
                "%s is missing (expected: %s; other keys of dns.update are set)"
                    .formatted(key, what)));
  }

  private static TsigKey.Algorithm algorithm(String value) {
    return Arrays.stream(TsigKey.Algorithm.values())
        .filter(each -> each.spelled().equals(value))
        .findFirst()
        .orElseThrow(() ->
            new SettingsException(
                "%s: '%s' (expected: %s)"
                    .formatted(
                        ALGORITHM,
                        value,
                        Arrays.stream(TsigKey.Algorithm.values())
                            .map(TsigKey.Algorithm::spelled)
                            .collect(Collectors.joining(", ")))));
  }

  private static InetSocketAddress address(String value) {
    Matcher m = ADDRESS.matcher(value);
    try {
      if (m.matches()) {
        String ip =
            Arrays.asList(m.group(1), m.group(2), m.group(4)).stream()
                .filter(part -> part != null)
                .findFirst()
                .orElseThrow();
        int port = m.group(3) == null ? DNS_PORT : Integer.parseInt(m.group(3));
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
      }
    } catch (IllegalArgumentException _) {
      // The sentence below says what is wanted.
    }
    throw new SettingsException(
        "%s: '%s' (expected: an IP address, with a port if it is not 53: 192.0.2.1:5353)"
            .formatted(SERVER, value));
  }
}
