package dev.gatehouse.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Asks several servers about one name, the way people do with nslookup. */
public final class Survey {
  private static final int MOST_SERVERS = 4;

  private final List<InetSocketAddress> resolvers;
  private final int authorityPort;
  private final Duration patience;

  /**
   * Waits {@code patience} at most for each of about a dozen answers.
   *
   * @param authorityPort where the servers that NS records name are asked
   */
  public Survey(List<InetSocketAddress> resolvers, int authorityPort, Duration patience) {
    this.resolvers = resolvers.stream().limit(2).toList();
    this.authorityPort = authorityPort;
    this.patience = patience;
  }

  /**
   * The zone that a name lies in by the word of the resolver, and the servers that answer for it.
   */
  public record Authority(String zone, List<InetSocketAddress> servers) {
    public Authority {
      servers = List.copyOf(servers);
    }
  }

  /** The resolvers that this machine is configured with. */
  public static List<InetSocketAddress> systemResolvers() {
    return ResolverConfig.getCurrentConfig().servers();
  }

  /** The first resolver that answers. */
  public Reply resolver(String name) {
    Reply reply = new Reply.Failed("this machine has no DNS resolver");
    for (var resolver : resolvers) {
      reply = ask(resolver, name, true);
      if (!(reply instanceof Reply.Failed)) {
        return reply;
      }
    }
    return reply;
  }

  /** What that server says of itself, without asking others. */
  public Reply ask(InetSocketAddress server, String name) {
    return ask(server, name, false);
  }

  /** Empty when the resolver knows of no zone but the root, or does not answer. */
  public Optional<Authority> authority(String name) {
    for (var resolver : resolvers) {
      try {
        return authority(resolver, Names.wire(Names.host("name", name)));
      } catch (DnsFault _) {
        // The next one is asked; that none answers is what resolver() says.
      }
    }
    return Optional.empty();
  }

  private Reply ask(InetSocketAddress server, String name, boolean recursion) {
    Name wire = Names.wire(Names.host("name", name));
    var asking = new Asking(server, patience);
    try {
      return Replies.of(
          asking.question(wire, Type.A, recursion),
          asking.question(wire, Type.AAAA, recursion),
          Asking.text(server));
    } catch (DnsFault e) {
      return new Reply.Failed(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Authority> authority(InetSocketAddress resolver, Name name) throws DnsFault {
    var asking = new Asking(resolver, patience);
    Optional<Name> zone = zone(asking.question(name, Type.SOA, true));
    if (zone.isEmpty()) {
      return Optional.empty();
    }
    var servers = new ArrayList<InetSocketAddress>();
    var answer = asking.question(zone.get(), Type.NS, true);
    for (var record : answer.getSection(Section.ANSWER)) {
      if (record instanceof NSRecord ns && servers.size() < MOST_SERVERS) {
        var addresses = asking.question(ns.getTarget(), Type.A, true).getSection(Section.ANSWER);
        addresses.stream()
            .filter(each -> each.getType() == Type.A)
            .findFirst()
            .map(each -> new InetSocketAddress(Replies.address(each), authorityPort))
            .ifPresent(servers::add);
      }
    }
    return Optional.of(new Authority(zone.get().toString(true), servers));
  }

  /** A name that does not exist or is no apex has its zone's SOA in the authority section. */
  private static Optional<Name> zone(Message answer) {
    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
      for (var record : answer.getSection(section)) {
        if (record instanceof SOARecord && !record.getName().equals(Name.root)) {
          return Optional.of(record.getName());
        }
      }
    }
    return Optional.empty();
  }
}
