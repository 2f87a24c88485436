package dev.gatehouse.cli;

import dev.gatehouse.dns.Reply;
import dev.gatehouse.dns.Survey;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What everybody says about one name, and what follows from it.
 *
 * @param system what programs on this machine get, by hosts file, resolver or otherwise
 * @param resolver what the DNS resolver says, with the time that it will remember it
 * @param zone which zone the name lies in for the rest of the world
 * @param servers what the servers of that zone say themselves
 * @param own what the server of Gatehouse's zone says, when the name lies there
 */
record DnsFindings(
    String name,
    PlatformNames platform,
    Reply system,
    Reply resolver,
    Optional<Survey.Authority> zone,
    List<Said> servers,
    Optional<Said> own) {

  /** A server and its word. */
  record Said(InetSocketAddress server, Reply reply) {}

  boolean right() {
    return ours(system) && (!platform.covers(name) || platform.knows(name));
  }

  /** How long the resolver will go on with an answer that is wrong; zero when it is right. */
  Duration remembered() {
    return switch (resolver) {
      case Reply.Leads leads when !ours(leads) -> leads.ttl();
      case Reply.Nothing nothing -> nothing.ttl();
      case Reply.Leads _, Reply.Failed _ -> Duration.ZERO;
    };
  }

  /** Sentences and records, in the order in which they are to be followed. */
  List<String> advice() {
    var advice = new ArrayList<String>();
    if (right()) {
      return advice;
    }
    if (platform.covers(name) && !platform.knows(name)) {
      advice.add("Gatehouse has no such name; './gatehouse dns hosts' lists those that it has.");
    } else if (name.equals("localhost") || name.endsWith(".localhost")) {
      advice.add(
          "Names under localhost are in no DNS; this system does not resolve them by itself: run"
              + " 'sudo ./gatehouse dns hosts --write'.");
    } else if (servers.stream().anyMatch(said -> ours(said.reply()))) {
      advice.add(onlyOld());
    } else if (platform.covers(name)) {
      adviseOwnZone(advice);
    } else {
      adviseRecord(advice);
    }
    return List.copyOf(advice);
  }

  private String onlyOld() {
    return ours(resolver)
        ? "The DNS is right, but this system has another answer: look for the name in its hosts file."
        : "The record is right; your resolver still has the old answer for %d s at most: wait, nothing is to be done."
            .formatted(remembered().toSeconds());
  }

  private void adviseOwnZone(List<String> advice) {
    if (own.filter(said -> ours(said.reply())).isEmpty()) {
      advice.add(
          "The server that answers for Gatehouse's zone, %s, does not lead there; look into './gatehouse status' and the log."
              .formatted(at(platform.authority())));
      return;
    }
    String apex = platform.zone();
    if (!platform.embedded()) {
      advice.add(
          "%s has it, but your resolver does not ask that server or its secondaries: delegate the zone to it at the registrar, or wait until the secondaries have taken it over."
              .formatted(at(platform.authority())));
    } else {
      advice.add(
          "Set at the registrar of the domain (or in the zone above) that Gatehouse answers for %s:"
              .formatted(apex));
      advice.add("  %s. 3600 IN NS ns.%s.".formatted(apex, apex));
      records("ns." + apex).forEach(advice::add);
      if (platform.authority().getPort() != 53) {
        advice.add(
            "and let Gatehouse listen on port 53 (listen.dns-port; now %d), where others ask."
                .formatted(platform.authority().getPort()));
      }
    }
    adviseWaiting(advice);
  }

  private void adviseRecord(List<String> advice) {
    advice.add(
        "Set at the registrar of the domain%s:"
            .formatted(
                zone.map(each -> ", or wherever the zone " + each.zone() + " is kept").orElse("")));
    records(name).forEach(advice::add);
    List<InetAddress> wrong =
        servers.stream()
            .map(Said::reply)
            .filter(Reply.Leads.class::isInstance)
            .flatMap(reply -> ((Reply.Leads) reply).addresses().stream())
            .filter(address -> !platform.leadHere(List.of(address)))
            .distinct()
            .toList();
    if (!wrong.isEmpty()) {
      advice.add("in the place of what leads to " + texts(wrong) + ".");
    }
    adviseWaiting(advice);
  }

  private void adviseWaiting(List<String> advice) {
    if (remembered().isPositive()) {
      advice.add(
          "After that, your resolver remembers the old answer for %d s at most."
              .formatted(remembered().toSeconds()));
    }
  }

  private List<String> records(String owner) {
    return platform.gateway().stream()
        .map(address ->
            "  %s. 300 IN %s %s"
                .formatted(
                    owner,
                    address instanceof Inet4Address ? "A" : "AAAA",
                    address.getHostAddress()))
        .toList();
  }

  boolean ours(Reply reply) {
    return reply instanceof Reply.Leads leads && platform.leadHere(leads.addresses());
  }

  static String texts(List<InetAddress> addresses) {
    return String.join(", ", addresses.stream().map(InetAddress::getHostAddress).toList());
  }

  static String at(InetSocketAddress server) {
    String ip = server.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + server.getPort();
  }
}
