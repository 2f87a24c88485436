package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import dev.gatehouse.dns.Reply;
import dev.gatehouse.dns.Survey;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Asks everybody who has a word in it where a name leads, and says what to do. */
@Command(
    name = "check",
    description =
        "Ask this system, its resolver, the zone's servers and Gatehouse where a name leads, and explain.",
    footer = {
      "",
      "The exit code is 0 when the name leads to Gatehouse from this machine, else 1.",
      "",
      "Examples:",
      "  ./gatehouse dns check www.contoso.com",
      "  ./gatehouse dns check contoso1a2b3c.local.gatehouse.localhost --json"
    })
final class DnsCheckCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int DNS_PORT = 53;

  @Mixin private final OnServer here;

  @Parameters(paramLabel = "NAME", description = "The host name of a service or a target.")
  private String name = "";

  @Option(
      names = "--resolver",
      paramLabel = "IP[:PORT]",
      description = "Ask this resolver in the place of the system's.")
  private @Nullable String resolver;

  @Option(names = "--authority-port", hidden = true)
  private int authorityPort = DNS_PORT;

  @Option(names = "--json", description = "Print JSON for a program.")
  private boolean json;

  DnsCheckCommand(Context context) {
    here = new OnServer(context);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = here.out();
    DnsFindings findings = find(hostName());
    if (json) {
      out.println(Wire.pretty(document(findings)));
    } else {
      print(findings, out);
    }
    return findings.right() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private String hostName() {
    String host = name.toLowerCase(Locale.ROOT);
    host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (host.length() > 253 || !host.matches("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*")) {
      throw new Failure(
          ExitCode.USAGE,
          "'%s' is no host name (expected: such as www.contoso.com; international names as xn--)."
              .formatted(name));
    }
    return host;
  }

  private DnsFindings find(String host) throws IOException, InterruptedException {
    PlatformNames platform =
        here.ask(server -> PlatformNames.of(server.session().get("/gatehouse/names")));
    String given = resolver;
    var survey =
        new Survey(
            given == null ? Survey.systemResolvers() : List.of(address(given)),
            authorityPort,
            PATIENCE);
    Reply remembered = survey.resolver(host);
    Optional<Survey.Authority> zone = survey.authority(host);
    var servers = new ArrayList<DnsFindings.Said>();
    for (var server : zone.map(Survey.Authority::servers).orElse(List.of())) {
      servers.add(new DnsFindings.Said(server, survey.ask(server, host)));
    }
    Optional<DnsFindings.Said> own =
        platform.covers(host)
            ? Optional.of(
                new DnsFindings.Said(platform.authority(), survey.ask(platform.authority(), host)))
            : Optional.empty();
    Reply system = given == null ? system(host) : remembered;
    return new DnsFindings(host, platform, system, remembered, zone, servers, own);
  }

  private static InetSocketAddress address(String given) {
    try {
      int colon = given.indexOf(':') == given.lastIndexOf(':') ? given.indexOf(':') : -1;
      return colon < 0
          ? new InetSocketAddress(InetAddress.ofLiteral(given), DNS_PORT)
          : new InetSocketAddress(
              InetAddress.ofLiteral(given.substring(0, colon)),
              Integer.parseInt(given.substring(colon + 1)));
    } catch (IllegalArgumentException _) {
      throw new Failure(
          ExitCode.USAGE,
          "--resolver: '%s' (expected: an IP address, with a port if it is not 53)."
              .formatted(given));
    }
  }

  private static Reply system(String host) throws InterruptedException {
    var asking = new FutureTask<>(() -> InetAddress.getAllByName(host));
    Thread.ofPlatform().daemon().name("system-resolver").start(asking);
    try {
      var found = asking.get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply.Leads(List.of(found), List.of(), Duration.ZERO);
    } catch (ExecutionException e) {
      return e.getCause() instanceof UnknownHostException
          ? new Reply.Nothing(false, Duration.ZERO)
          : new Reply.Failed(String.valueOf(e.getCause()));
    } catch (TimeoutException _) {
      return new Reply.Failed("it did not answer within " + 2 * PATIENCE.toSeconds() + " s");
    }
  }

  private static void print(DnsFindings findings, PrintWriter out) {
    out.println(
        "%s should lead to %s, the scoring address."
            .formatted(findings.name(), DnsFindings.texts(findings.platform().gateway())));
    line(out, "this system", said(findings.system(), false));
    line(out, "its resolver", said(findings.resolver(), true));
    for (var each : findings.servers()) {
      line(
          out,
          "zone " + findings.zone().map(Survey.Authority::zone).orElse(""),
          DnsFindings.at(each.server()) + ": " + said(each.reply(), true));
    }
    if (findings.servers().isEmpty()) {
      line(out, "its zone", "no server of it was found");
    }
    findings
        .own()
        .ifPresent(each ->
            line(
                out, "Gatehouse", DnsFindings.at(each.server()) + ": " + said(each.reply(), true)));
    findings.advice().forEach(out::println);
    if (findings.right()) {
      out.println("Right: it leads to Gatehouse.");
      long wait = findings.remembered().toSeconds();
      if (wait > 0 && !findings.name().endsWith(".localhost")) {
        out.println("Your resolver still has another answer for %d s at most.".formatted(wait));
      }
    }
  }

  private static void line(PrintWriter out, String who, String what) {
    out.println("  %-14s %s".formatted(who, what));
  }

  private static String said(Reply reply, boolean withTtl) {
    return switch (reply) {
      case Reply.Leads leads ->
          (leads.aliases().isEmpty() ? "" : String.join(" -> ", leads.aliases()) + " -> ")
              + DnsFindings.texts(leads.addresses())
              + (withTtl ? ", to be remembered for " + leads.ttl().toSeconds() + " s" : "");
      case Reply.Nothing nothing ->
          (nothing.exists() ? "no address" : "no such name")
              + (withTtl ? ", to be remembered for " + nothing.ttl().toSeconds() + " s" : "");
      case Reply.Failed failed -> failed.why();
    };
  }

  private static ObjectNode document(DnsFindings findings) {
    var document = Wire.object().put("name", findings.name()).put("right", findings.right());
    var expected = document.putArray("expected");
    findings.platform().gateway().forEach(each -> expected.add(each.getHostAddress()));
    document.put("waitSeconds", findings.remembered().toSeconds());
    document.set("system", document(findings.system()));
    document.set("resolver", document(findings.resolver()));
    findings.zone().ifPresent(zone -> document.put("zone", zone.zone()));
    var servers = document.putArray("servers");
    for (var each : findings.servers()) {
      servers.add(document(each.reply()).put("server", DnsFindings.at(each.server())));
    }
    findings
        .own()
        .ifPresent(each ->
            document.set(
                "gatehouse", document(each.reply()).put("server", DnsFindings.at(each.server()))));
    var advice = document.putArray("advice");
    findings.advice().forEach(each -> advice.add(each.strip()));
    return document;
  }

  private static ObjectNode document(Reply reply) {
    var document = Wire.object();
    switch (reply) {
      case Reply.Leads leads -> {
        var addresses = document.putArray("addresses");
        leads.addresses().forEach(each -> addresses.add(each.getHostAddress()));
        var aliases = document.putArray("aliases");
        leads.aliases().forEach(aliases::add);
        document.put("ttl", leads.ttl().toSeconds());
      }
      case Reply.Nothing nothing -> {
        document.putArray("addresses");
        document.put("exists", nothing.exists()).put("ttl", nothing.ttl().toSeconds());
      }
      case Reply.Failed failed -> document.put("error", failed.why());
    }
    return document;
  }
}
