package dev.gatehouse.server.routing;

import dev.gatehouse.dns.DnsServer;
import dev.gatehouse.dns.ResourceRecord;
import dev.gatehouse.dns.StartOfAuthority;
import dev.gatehouse.dns.Zone;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The platform's zone in the DNS: its apex and every name that is in service lead to the gateway,
 * all others do not exist. Filled anew at each start.
 */
public final class Names {
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final long SERIALS = 1L << 32;

  private final DnsServer server;
  private final String zone;
  private final List<InetAddress> gateway;
  private final Set<String> hosts = ConcurrentHashMap.newKeySet();

  /** The server must serve the zone already, as {@link #zone} makes it. */
  public Names(DnsServer server, String zone, List<InetAddress> gateway) {
    this.server = server;
    this.zone = zone.toLowerCase(Locale.ROOT);
    this.gateway = List.copyOf(gateway);
  }

  /** The zone before any target has a name. */
  public static Zone zone(String apex, List<InetAddress> gateway, InstantSource clock) {
    // Seconds since 1970: higher after each restart, so that secondaries take the new state.
    var authority =
        new StartOfAuthority(
            "ns." + apex,
            "hostmaster@" + apex,
            clock.instant().getEpochSecond() % SERIALS,
            Duration.ofMinutes(1));
    return Zone.of(apex, authority)
        .with(
            Stream.of(apex, "ns." + apex)
                .flatMap(name -> records(name, gateway).stream())
                .toList());
  }

  /** Whether the name lies in the zone. */
  public boolean covers(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals(zone) || name.endsWith("." + zone);
  }

  /** Answers for the name from now on; a name that others give their records is left to them. */
  public void add(String host) {
    if (covers(host)) {
      hosts.add(host.toLowerCase(Locale.ROOT));
      server.update(zone, before -> before.with(records(host, gateway)));
    }
  }

  /** The name does not exist any more; the apex stays. */
  public void remove(String host) {
    if (covers(host) && !host.equalsIgnoreCase(zone)) {
      hosts.remove(host.toLowerCase(Locale.ROOT));
      server.update(zone, before -> before.withoutName(host));
    }
  }

  /** The generated names with the address of each; the apex and its server are not among them. */
  public Map<String, InetAddress> known() {
    var known = new TreeMap<String, InetAddress>();
    hosts.forEach(host -> known.put(host, gateway.getFirst()));
    return known;
  }

  private static List<ResourceRecord> records(String host, List<InetAddress> addresses) {
    return addresses.stream().map(address -> ResourceRecord.address(host, TTL, address)).toList();
  }
}
