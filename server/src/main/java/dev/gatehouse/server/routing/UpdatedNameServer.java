package dev.gatehouse.server.routing;

import dev.gatehouse.dns.RemoteZone;
import dev.gatehouse.dns.ResourceRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Somebody else's server, told by signed updates (RFC 2136); it keeps the names by itself. */
public final class UpdatedNameServer implements NameServer {
  private static final Duration TTL = Duration.ofMinutes(1);

  private final RemoteZone zone;

  public UpdatedNameServer(RemoteZone zone) {
    this.zone = zone;
  }

  /** Others started it. */
  @Override
  public void start() {}

  @Override
  public InetSocketAddress address() {
    return zone.server();
  }

  @Override
  public void replaceAddresses(String host, List<InetAddress> addresses) throws IOException {
    zone.replaceAddresses(host, TTL, addresses);
  }

  @Override
  public void addText(String name, String value) throws IOException {
    zone.add(ResourceRecord.txt(name, TTL, value));
  }

  @Override
  public void removeText(String name, String value) throws IOException {
    zone.remove(ResourceRecord.txt(name, TTL, value));
  }

  /** Its records stay: a server that is down for a while keeps its names. */
  @Override
  public void close() {}
}
