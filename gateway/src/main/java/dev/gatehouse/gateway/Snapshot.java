package dev.gatehouse.gateway;

import dev.gatehouse.certificates.CertifiedKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Everything the data plane knows at one instant. A change makes a new snapshot that shares all but
 * the changed path with the old one, so a swap costs the same with ten names as with a hundred
 * thousand.
 *
 * @param certificates by DNS name, lower case; a wildcard stands under its own text ({@code
 *     *.example.org})
 * @param fallback what is shown to a client that sends no server name (one that connects by IP
 *     address)
 * @param hosts by the name or IP literal that a request's Host header gives, lower case, without
 *     port
 * @param plain the web services that plain HTTP serves, whatever the host, by service name
 * @param proofs what certificate authorities are shown at this moment
 */
public record Snapshot(
    PMap<String, CertifiedKey> certificates,
    CertifiedKey fallback,
    PMap<String, Host> hosts,
    PMap<String, ServiceRoute> plain,
    Proofs proofs) {

  /** Who answers for a host name on the HTTPS port. */
  public sealed interface Host {
    /** The management API, behind the gateway on a Unix socket. */
    record ControlPlane() implements Host {}

    /** A compute target, or the own name of one service: web services by their name. */
    record Target(PMap<String, ServiceRoute> services) implements Host {
      /** What the handshake takes client certificates of: the roots of all services together. */
      public ClientRoots clients() {
        var union = new LinkedHashSet<X509Certificate>(0);
        for (ServiceRoute service : services.values()) {
          union.addAll(service.clients().certificates());
        }
        return union.isEmpty() ? ClientRoots.NONE : new ClientRoots(List.copyOf(union));
      }
    }
  }

  /** A snapshot with no name but the fallback certificate. */
  public static Snapshot empty(CertifiedKey fallback) {
    return new Snapshot(
        HashTreePMap.empty(), fallback, HashTreePMap.empty(), HashTreePMap.empty(), Proofs.NONE);
  }

  public Snapshot withFallback(CertifiedKey pair) {
    return new Snapshot(certificates, pair, hosts, plain, proofs);
  }

  public Snapshot withCertificate(String name, CertifiedKey pair) {
    return new Snapshot(certificates.plus(lower(name), pair), fallback, hosts, plain, proofs);
  }

  public Snapshot withoutCertificate(String name) {
    return new Snapshot(certificates.minus(lower(name)), fallback, hosts, plain, proofs);
  }

  public Snapshot withHost(String name, Host host) {
    return new Snapshot(certificates, fallback, hosts.plus(lower(name), host), plain, proofs);
  }

  public Snapshot withoutHost(String name) {
    return new Snapshot(certificates, fallback, hosts.minus(lower(name)), plain, proofs);
  }

  public Snapshot withPlain(ServiceRoute route) {
    return new Snapshot(certificates, fallback, hosts, plain.plus(route.name(), route), proofs);
  }

  public Snapshot withoutPlain(String service) {
    return new Snapshot(certificates, fallback, hosts, plain.minus(service), proofs);
  }

  public Snapshot withProofs(UnaryOperator<Proofs> change) {
    return new Snapshot(certificates, fallback, hosts, plain, change.apply(proofs));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
