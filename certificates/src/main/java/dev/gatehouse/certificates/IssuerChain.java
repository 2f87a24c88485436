package dev.gatehouse.certificates;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Several issuers, tried in order until one signs; one that asked for patience is passed over until
 * its time has come.
 */
public final class IssuerChain implements RenewingIssuer {
  private final List<Issuer> issuers;
  private final Failures failures;
  private final InstantSource clock;
  private final Map<Issuer, Instant> busyUntil = new ConcurrentHashMap<>();

  /** Is told of every failure, also of those that a later issuer made good; must not throw. */
  @FunctionalInterface
  public interface Failures {
    void failed(Issuer issuer, IssuerFault fault);
  }

  public IssuerChain(List<? extends Issuer> issuers, Failures failures, InstantSource clock) {
    if (issuers.isEmpty()) {
      throw new IllegalArgumentException("issuers: none (expected: at least one)");
    }
    this.issuers = List.copyOf(issuers);
    this.failures = failures;
    this.clock = clock;
  }

  @Override
  public String name() {
    return issuers.stream().map(Issuer::name).collect(Collectors.joining(", else "));
  }

  @Override
  public CertifiedKey issue(List<String> names, Duration life) throws InterruptedException {
    return firstOf(issuer -> issuer.issue(names, life));
  }

  @Override
  public CertifiedKey renew(X509Certificate previous, List<String> names, Duration life)
      throws InterruptedException {
    return firstOf(issuer ->
        issuer instanceof RenewingIssuer renewing
            ? renewing.renew(previous, names, life)
            : issuer.issue(names, life));
  }

  /** That of the first issuer which has one: the others do not know the certificate. */
  @Override
  public Optional<RenewalWindow> renewalWindow(X509Certificate certificate)
      throws InterruptedException {
    var faults = new ArrayList<IssuerFault>();
    for (var issuer : issuers) {
      if (issuer instanceof RenewingIssuer renewing) {
        try {
          var window = renewing.renewalWindow(certificate);
          if (window.isPresent()) {
            return window;
          }
        } catch (IssuerFault fault) {
          faults.add(fault);
        }
      }
    }
    if (!faults.isEmpty()) {
      throw faults.getFirst();
    }
    return Optional.empty();
  }

  private interface Signing {
    CertifiedKey by(Issuer issuer) throws InterruptedException;
  }

  private CertifiedKey firstOf(Signing signing) throws InterruptedException {
    var faults = new LinkedHashMap<Issuer, IssuerFault>();
    for (var issuer : issuers) {
      try {
        passOverIfBusy(issuer);
        var signed = signing.by(issuer);
        busyUntil.remove(issuer);
        return signed;
      } catch (IssuerFault fault) {
        fault
            .retryAfter()
            .ifPresent(patience -> busyUntil.put(issuer, clock.instant().plus(patience)));
        failures.failed(issuer, fault);
        faults.put(issuer, fault);
      }
    }
    throw all(List.copyOf(faults.values()));
  }

  private void passOverIfBusy(Issuer issuer) {
    var until = busyUntil.getOrDefault(issuer, Instant.MIN);
    var now = clock.instant();
    if (now.isBefore(until)) {
      throw IssuerFault.busy(
          "'%s' asked to be left alone until %s.".formatted(issuer.name(), until),
          Duration.between(now, until));
    }
  }

  private static IssuerFault all(List<IssuerFault> faults) {
    if (faults.size() == 1) {
      return faults.getFirst();
    }
    var sentence =
        "None of %d issuers signed: %s"
            .formatted(
                faults.size(),
                faults.stream().map(IssuerFault::getMessage).collect(Collectors.joining(" ")));
    var hopeful = faults.stream().filter(fault -> !fault.lasting()).toList();
    if (hopeful.isEmpty()) {
      return withCauses(IssuerFault.refused(sentence), faults);
    }
    var patience = hopeful.stream().flatMap(fault -> fault.retryAfter().stream()).toList();
    return withCauses(
        patience.size() < hopeful.size()
            ? IssuerFault.unavailable(sentence, hopeful.getFirst())
            : IssuerFault.busy(
                sentence, patience.stream().min(Comparator.naturalOrder()).orElseThrow()),
        faults);
  }

  private static IssuerFault withCauses(IssuerFault fault, List<IssuerFault> causes) {
    causes.forEach(fault::addSuppressed);
    return fault;
  }
}
