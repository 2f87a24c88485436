package dev.gatehouse.dns;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/** The zone that the tests ask. */
final class Examples {
  static final Duration TTL = Duration.ofMinutes(5);
  static final String APEX = "serve.example";

  private Examples() {}

  static Zone empty() {
    return empty(APEX);
  }

  static Zone empty(String apex) {
    return Zone.of(
        apex,
        new StartOfAuthority(
            "ns1." + apex, "dns.admin@serve.example", 100, Duration.ofSeconds(60)));
  }

  static Zone zone() {
    return empty()
        .with(
            List.of(
                a(APEX, "192.0.2.1"),
                new ResourceRecord(APEX, TTL, new RecordData.Caa(0, "issue", "ca.example")),
                a("ns1.serve.example", "192.0.2.53"),
                a("ns1.serve.example", "2001:db8::53"),
                a("www.serve.example", "192.0.2.2"),
                a("www.serve.example", "192.0.2.3"),
                a("deep.under.ent.serve.example", "192.0.2.4"),
                ResourceRecord.txt("_acme-challenge.www.serve.example", TTL, "token\\one"),
                a("*.apps.serve.example", "192.0.2.5"),
                ResourceRecord.txt("taken.apps.serve.example", TTL, "here"),
                a("a.branch.apps.serve.example", "192.0.2.6"),
                cname("*.alias.serve.example", "www.serve.example"),
                cname("one.serve.example", "two.serve.example"),
                cname("two.serve.example", "WWW.serve.example."),
                cname("broken.serve.example", "nowhere.serve.example"),
                cname("leaves.serve.example", "www.elsewhere.example"),
                cname("round.serve.example", "about.serve.example"),
                cname("about.serve.example", "round.serve.example"),
                cname("down.serve.example", "host.sub.serve.example"),
                new ResourceRecord(
                    "sub.serve.example", TTL, new RecordData.Ns("ns.sub.serve.example")),
                a("ns.sub.serve.example", "192.0.2.7")));
  }

  static ResourceRecord a(String name, String address) {
    return ResourceRecord.address(name, TTL, ip(address));
  }

  static ResourceRecord cname(String name, String target) {
    return new ResourceRecord(name, TTL, new RecordData.Cname(target));
  }

  static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(e);
    }
  }
}
