package dev.gatehouse.cli;

import dev.gatehouse.api.PublishedName;
import dev.gatehouse.api.ServerStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Fills in the checklists of a workspace from what the server and the resolver say. */
final class TlsSurvey {
  private static final int SOON = 30;

  private final ServerStatus status;
  private final NameLookup lookup;
  private final Map<String, JsonNode> certificates = new HashMap<>();
  private final Map<String, List<String>> published = new HashMap<>();
  private final Map<String, List<String>> found = new HashMap<>();
  private final Commands commands;

  /**
   * Command lines for people to type.
   *
   * @param data the option that every one of them needs; empty for the standard data folder
   * @param hosts writes names where this machine looks them up
   */
  record Commands(String data, String hosts) {
    String of(String words) {
      return "./gatehouse " + words + data;
    }
  }

  TlsSurvey(
      ServerStatus status,
      NameLookup lookup,
      JsonNode certificates,
      List<PublishedName> names,
      Commands commands) {
    this.status = status;
    this.lookup = lookup;
    this.commands = commands;
    for (JsonNode each : certificates) {
      this.certificates.put(key(text(each, "ownerKind"), text(each, "owner")), each);
    }
    names.forEach(
        each -> published.computeIfAbsent(each.name(), _ -> new ArrayList<>()).add(each.address()));
  }

  Checklist target(JsonNode document) {
    String name = text(document, "name");
    JsonNode ssl = document.path("properties").path("properties").path("sslConfiguration");
    boolean on = !text(ssl, "status").equals("Disabled");
    String update =
        commands.of("ml computetarget update aks -n " + name) + " --ssl-leaf-domain-label LABEL";
    JsonNode certificate = certificate("ComputeTarget", name);
    String host = on ? text(ssl, "cname") : "";
    return new Checklist(
        "ComputeTarget",
        name,
        warning(document.path("properties")),
        List.of(
            domain(host, update),
            certificate(certificate, name, update),
            new Checklist.Step(
                "TLS", on, on ? "on" : "off: services answer over plain HTTP", on ? "" : update),
            dns(host, certificate)));
  }

  Checklist service(JsonNode document) {
    String name = text(document, "name");
    String target = text(document, "computeName");
    String uri = text(document, "scoringUri");
    boolean on = uri.startsWith("https://");
    JsonNode certificate =
        target.isEmpty() ? certificate("Service", name) : certificate("ComputeTarget", target);
    String host = on ? java.net.URI.create(uri).getHost() : "";
    String next = next(document, target);
    return new Checklist(
        "Service",
        name,
        warning(document),
        List.of(
            domain(host, next),
            certificate(certificate, target.isEmpty() ? name : target, next),
            new Checklist.Step(
                "TLS",
                on,
                uri.isEmpty() ? "not reachable yet" : uri,
                on || uri.isEmpty() ? "" : next),
            dns(host, certificate)));
  }

  private static Checklist.Step domain(String host, String next) {
    return host.isEmpty()
        ? new Checklist.Step("domain", false, "no name", next)
        : new Checklist.Step("domain", true, host, "");
  }

  private Checklist.Step certificate(JsonNode certificate, String owner, String otherwise) {
    if (certificate.isMissingNode()) {
      return new Checklist.Step("certificate", false, "none", otherwise);
    }
    long days = certificate.path("daysLeft").asLong(0);
    boolean custom = text(certificate, "kind").equals("Custom");
    String detail =
        "%s of '%s', %d days left%s"
            .formatted(
                text(certificate, "kind").toLowerCase(Locale.ROOT),
                text(certificate, "issuer"),
                days,
                custom
                    ? ", renewed by its owner only"
                    : ", renewed at " + text(certificate, "nextRenewal"));
    String error = text(certificate, "lastError");
    if (!error.isEmpty()) {
      return new Checklist.Step(
          "certificate",
          days >= 0,
          detail + "; the last renewal failed: " + error,
          commands.of("certificate renew " + owner));
    }
    boolean target = text(certificate, "ownerKind").equals("ComputeTarget");
    String bring =
        "%s, and with what your authority sends: %s"
            .formatted(
                commands.of("certificate request --cname " + text(certificate, "host")),
                commands.of(
                    "certificate import CHAIN --%s %s"
                        .formatted(target ? "target" : "service", owner)));
    String warnings = warning(certificate);
    return new Checklist.Step(
        "certificate",
        days >= 0,
        detail + (warnings.isEmpty() ? "" : "; " + warnings),
        custom && days <= SOON ? bring : "");
  }

  /** A name that the platform made has a record already: only this machine may not know it. */
  private Checklist.Step dns(String host, JsonNode certificate) {
    if (host.isEmpty()) {
      return new Checklist.Step("DNS", false, "no name to look up", "");
    }
    String address = status.https().reachable().host();
    List<String> wanted = published.getOrDefault(host, List.of(address));
    List<String> addresses = found.computeIfAbsent(host, lookup::addresses);
    boolean done = addresses.stream().anyMatch(wanted::contains);
    String next =
        text(certificate, "kind").equals("Custom")
            ? "set an A record of %s to %s where its domain is registered"
                .formatted(host, wanted.getFirst())
            : commands.hosts();
    String detail =
        addresses.isEmpty()
            ? "this machine finds no address of the name"
            : "%s, %s"
                .formatted(
                    String.join(", ", addresses),
                    done ? "as it should be" : "but it should be " + wanted.getFirst());
    return new Checklist.Step("DNS", done, detail, done ? "" : next);
  }

  private static String warning(JsonNode document) {
    return document
        .path("warnings")
        .valueStream()
        .map(each -> each.asString(""))
        .collect(Collectors.joining(" "));
  }

  /** How a service without TLS gets it. */
  private String next(JsonNode service, String target) {
    String name = text(service, "name");
    boolean keptOff =
        !service.path("sslEnabled").asBoolean(true)
            || service.path("properties").path("gatehouse.tls").asString("").equals("disabled");
    if (!target.isEmpty()) {
      return commands.of(keptOff ? "tls on " + name : "tls status " + target);
    }
    return commands.of(
        text(service, "dnsNameLabel").isEmpty()
            ? "certificate import CHAIN KEY --service " + name
            : "tls on " + name);
  }

  private JsonNode certificate(String kind, String owner) {
    JsonNode known = certificates.get(key(kind, owner));
    return known == null ? MissingNode.getInstance() : known;
  }

  private static String key(String kind, String owner) {
    return kind + "/" + owner.toLowerCase(Locale.ROOT);
  }

  private static String text(JsonNode document, String member) {
    return document.path(member).asString("");
  }
}
