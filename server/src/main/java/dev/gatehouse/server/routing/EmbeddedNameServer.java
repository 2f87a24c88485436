package dev.gatehouse.server.routing;

import dev.gatehouse.dns.DnsServer;
import dev.gatehouse.dns.RecordData;
import dev.gatehouse.dns.ResourceRecord;
import dev.gatehouse.dns.StartOfAuthority;
import dev.gatehouse.dns.Zone;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/** The zone in this process: its apex leads to the gateway too. Filled anew at each start. */
public final class EmbeddedNameServer implements NameServer {
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final long SERIALS = 1L << 32;

  private final DnsServer server;
  private final String apex;

  public EmbeddedNameServer(
      InetSocketAddress listen, String apex, List<InetAddress> gateway, InstantSource clock) {
    this.apex = apex;
    this.server = new DnsServer(listen, List.of(zone(apex, gateway, clock)));
  }

  private static Zone zone(String apex, List<InetAddress> gateway, InstantSource clock) {
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

  @Override
  public void start() throws IOException {
    server.start();
  }

  @Override
  public InetSocketAddress address() {
    return server.address();
  }

  /** The zone as it is answered at this moment. */
  public Zone zone() {
    return server.zone(apex).orElseThrow();
  }

  @Override
  public void replaceAddresses(String host, List<InetAddress> addresses) {
    server.update(
        apex,
        before -> {
          var old =
              before.recordsAt(host).stream()
                  .filter(record -> record.data() instanceof RecordData.Address)
                  .filter(
                      record -> !addresses.contains(((RecordData.Address) record.data()).address()))
                  .toList();
          return before.without(old).with(records(host, addresses));
        });
  }

  @Override
  public void addText(String name, String value) {
    server.update(apex, before -> before.with(ResourceRecord.txt(name, TTL, value)));
  }

  @Override
  public void removeText(String name, String value) {
    server.update(apex, before -> before.without(ResourceRecord.txt(name, TTL, value)));
  }

  @Override
  public void close() {
    server.close();
  }

  private static List<ResourceRecord> records(String host, List<InetAddress> addresses) {
    return addresses.stream().map(address -> ResourceRecord.address(host, TTL, address)).toList();
  }
}
