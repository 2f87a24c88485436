package dev.gatehouse.server.routing;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform's names in the DNS: every name of its zone that is in service leads to the gateway,
 * all others do not exist. Names of other zones are left to those who own them.
 */
public final class Names {
  private static final Logger log = LoggerFactory.getLogger(Names.class);

  private final NameServer server;
  private final String zone;
  private final List<InetAddress> gateway;
  private final Executor restoring;
  private final Set<String> hosts = ConcurrentHashMap.newKeySet();

  /**
   * @param restoring what {@link #restore} runs on, so that the start does not wait for a server
   *     that is down
   */
  public Names(NameServer server, String zone, List<InetAddress> gateway, Executor restoring) {
    this.server = server;
    this.zone = zone.toLowerCase(Locale.ROOT);
    this.gateway = List.copyOf(gateway);
    this.restoring = restoring;
  }

  /** Whether the name lies in the zone. */
  public boolean covers(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals(zone) || name.endsWith("." + zone);
  }

  /** The name leads to the gateway from now on; a problem when that cannot be seen in the DNS. */
  public void add(String host) {
    if (covers(host)) {
      String name = host.toLowerCase(Locale.ROOT);
      try {
        server.replaceAddresses(name, gateway);
      } catch (IOException e) {
        throw fault("DnsUpdateFailed", e);
      }
      hosts.add(name);
    }
  }

  /** As {@link #add} of a name that was added before; a fault is only logged. */
  public void restore(String host) {
    if (!covers(host)) {
      return;
    }
    String name = host.toLowerCase(Locale.ROOT);
    hosts.add(name);
    restoring.execute(() -> {
      try {
        if (hosts.contains(name)) {
          server.replaceAddresses(name, gateway);
        }
        if (!hosts.contains(name)) {
          server.replaceAddresses(name, List.of());
        }
      } catch (IOException e) {
        log.warn("whether {} is in the DNS is not known: {}", name, e.getMessage());
      }
    });
  }

  /**
   * The name does not exist any more; the apex stays. A record that could not be removed is logged:
   * it leads to a gateway that knows the name no more.
   */
  public void remove(String host) {
    if (covers(host) && !host.equalsIgnoreCase(zone)) {
      String name = host.toLowerCase(Locale.ROOT);
      hosts.remove(name);
      try {
        server.replaceAddresses(name, List.of());
      } catch (IOException e) {
        log.warn(
            "{} still leads to this gateway; remove its A and AAAA records by hand: {}",
            name,
            e.getMessage());
      }
    }
  }

  /** Publishes a challenge of a certificate authority; a problem when it cannot be seen there. */
  public void addChallenge(String name, String value) {
    try {
      server.addText(name, value);
    } catch (IOException e) {
      throw fault("DnsUpdateFailed", e);
    }
  }

  /** Whether it is gone; a challenge that stays does no harm, so a fault is only logged. */
  public boolean removeChallenge(String name, String value) {
    try {
      server.removeText(name, value);
      return true;
    } catch (IOException e) {
      log.warn("the TXT record of {} could not be removed: {}", name, e.getMessage());
      return false;
    }
  }

  /** The names in service with the address of each; the apex and its server are not among them. */
  public Map<String, InetAddress> known() {
    var known = new TreeMap<String, InetAddress>();
    hosts.forEach(host -> known.put(host, gateway.getFirst()));
    return known;
  }

  String zone() {
    return zone;
  }

  List<InetAddress> gateway() {
    return gateway;
  }

  boolean embedded() {
    return server instanceof EmbeddedNameServer;
  }

  InetSocketAddress authority() {
    return server.address();
  }

  private static ProblemException fault(String code, IOException cause) {
    return new ProblemException(
        new Problem.Upstream(code, String.valueOf(cause.getMessage())), cause);
  }
}
