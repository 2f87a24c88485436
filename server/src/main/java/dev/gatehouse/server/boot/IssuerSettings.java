package dev.gatehouse.server.boot;

import static dev.gatehouse.server.certificate.Issuing.EMBEDDED;

import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.server.acme.Acme;
import dev.gatehouse.server.certificate.Issuers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Who is asked for the certificates of targets and services, in this order; at most once each.
 *
 * @param acme the settings of those that are not the embedded authority
 */
record IssuerSettings(List<String> order, List<AcmeAuthority> acme) {
  private static final Duration EMBEDDED_TIMEOUT = Duration.ofMinutes(1);

  /** What an order may take beyond its own waiting: a dozen requests, and the proofs. */
  private static final Duration AROUND_AN_ORDER = Duration.ofMinutes(2);

  private static final String ISSUERS = "issuers";
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");

  IssuerSettings {
    order = List.copyOf(order);
    acme = List.copyOf(acme);
  }

  static IssuerSettings read(SettingsSource source) {
    String text = source.text(ISSUERS).orElse(EMBEDDED);
    List<String> order = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    var seen = new HashSet<String>();
    for (String name : order) {
      if (!NAME.matcher(name).matches() || !seen.add(name)) {
        throw new SettingsException(
            "%s: '%s' (expected: different names with commas between, as in 'letsencrypt, embedded'; each of a-z, 0-9 and '-')"
                .formatted(ISSUERS, text));
      }
    }
    refuseOthers(source, seen);
    return new IssuerSettings(
        order,
        order.stream()
            .filter(name -> !name.equals(EMBEDDED))
            .map(name -> AcmeAuthority.read(source, name))
            .toList());
  }

  /** Opens the authorities; a fault names the file that it is about. */
  List<Issuers.Listed> open(Acme acme, Issuer embedded) throws IOException {
    var listed = new ArrayList<Issuers.Listed>();
    for (String name : order) {
      if (name.equals(EMBEDDED)) {
        listed.add(new Issuers.Listed(name, "", embedded, EMBEDDED_TIMEOUT));
      }
      for (AcmeAuthority each : acme()) {
        if (each.name().equals(name)) {
          var issuer = acme.issuer(each.open(), each.proving());
          var limit = each.timeout().plus(each.proving().dnsWait()).plus(AROUND_AN_ORDER);
          listed.add(new Issuers.Listed(name, each.profile(), issuer, limit));
        }
      }
    }
    return listed;
  }

  /** Settings of an issuer that is not in the list would go unnoticed until somebody misses it. */
  private static void refuseOthers(SettingsSource source, Set<String> known) {
    Set<String> others =
        source.under("acme.").stream()
            .map(key -> key.split("\\.", 2)[0])
            .filter(name -> !known.contains(name))
            .collect(Collectors.toSet());
    Optional<String> other = others.stream().sorted().findFirst();
    if (other.isPresent()) {
      throw new SettingsException(
          "acme.%1$s: '%1$s' is not among the issuers (expected: 'issuers: %1$s, ...', or nothing under acme.%1$s)"
              .formatted(other.get()));
    }
  }
}
