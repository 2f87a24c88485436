package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.certificates.RenewalPolicy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Who signs the platform's certificates, for how long at most, and when they are renewed.
 *
 * @param issuers of targets and services
 * @param embedded the issuer of the control plane's own, whose names nobody else certifies
 * @param controlPlane the control plane's own names: the first is a DNS name under which it is
 *     known, the others may be addresses
 */
public record Issuing(
    Issuers issuers,
    Issuer embedded,
    Duration life,
    RenewalPolicy policy,
    List<String> controlPlane) {
  /** The name of the embedded authority among the issuers. */
  public static final String EMBEDDED = "embedded";

  public Issuing {
    controlPlane = List.copyOf(controlPlane);
    if (controlPlane.isEmpty()) {
      throw new IllegalArgumentException("controlPlane: none (expected: at least a DNS name)");
    }
  }

  /** The names with each address in one spelling, so that lists can be compared. */
  static List<String> canonical(List<String> names) {
    return names.stream().map(Issuing::canonical).toList();
  }

  private static String canonical(String name) {
    try {
      return InetAddress.ofLiteral(name).getHostAddress();
    } catch (IllegalArgumentException _) {
      return name.toLowerCase(Locale.ROOT);
    }
  }
}
