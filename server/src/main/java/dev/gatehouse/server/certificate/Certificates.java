package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.RenewalPolicy;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.state.Timers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one certificate that each owner (a compute target or a service with an own name) has; every
 * change ends with a handshake that shows the new serial, or is undone. A change is stored after
 * its proof, so a crash before that leaves the old certificate.
 */
public final class Certificates {
  static final String CONTROL_PLANE = "control-plane";

  private static final Logger log = LoggerFactory.getLogger(Certificates.class);
  private static final String ALARM = "certificate";

  private final CertificateStore store;
  private final Issuing issuing;
  private final Timers timers;
  private final InstantSource clock;
  private final Exhibition exhibition;
  private final Consumer<Alert> alerts;

  // One change at a time: what the gateway, the DNS and the table say must not be mixed.
  private final ReentrantLock changing = new ReentrantLock();

  /** Before the start of the timers. */
  public Certificates(
      CertificateStore store,
      Issuing issuing,
      Outside outside,
      Timers timers,
      InstantSource clock) {
    this.store = store;
    this.issuing = issuing;
    this.exhibition = new Exhibition(outside, issuing.controlPlane());
    this.alerts = outside.alerts();
    this.timers = timers;
    this.clock = clock;
    timers.define(ALARM, this::ring);
  }

  /** A certificate in service; the chain is PEM, the key is not in it. */
  public record Installed(String owner, String host, boolean brought, String chainPem) {}

  /**
   * The control plane's own pair, for a gateway to begin with: the stored one, or a new one at the
   * first start, when its names have changed, or when it is over.
   */
  public static CertifiedKey controlPlane(
      CertificateStore store, Issuing issuing, InstantSource clock) {
    Optional<Stored> kept = store.inService(CONTROL_PLANE);
    Instant now = clock.instant();
    if (kept.isPresent()) {
      var facts = kept.get().facts();
      if (Issuing.canonical(facts.names()).equals(Issuing.canonical(issuing.controlPlane()))
          && now.isBefore(facts.notAfter())) {
        return kept.get().pair();
      }
    }
    CertifiedKey pair = issue(issuing, issuing.controlPlane());
    Instant renewal = issuing.policy().renewal(pair.leaf());
    store.replace(stored(CONTROL_PLANE, issuing.controlPlane().getFirst(), pair, renewal), now);
    return pair;
  }

  /** Shows everything that is stored, and sees to it that it is renewed; the timers must run. */
  public void start() {
    changing.lock();
    try {
      for (Stored each : store.all()) {
        exhibition.showAgain(each);
        each.nextAttempt().ifPresent(at -> timers.setIfAbsent(ALARM, each.id(), at));
      }
    } finally {
      changing.unlock();
    }
  }

  /**
   * Checks a brought certificate without storing it; a fault is a 400 that says what and what to
   * do.
   */
  public BroughtPair check(String cname, String certificatePem, String keyPem) {
    return BroughtPair.check(cname, certificatePem, keyPem, clock.instant());
  }

  /** A 409 when a custom name cannot be given to the owner because it is somebody else's. */
  public void refuseTaken(String owner, String host) {
    String name = host.toLowerCase(Locale.ROOT);
    boolean taken = store.atHost(name).filter(holder -> !holder.owner().equals(owner)).isPresent();
    if (taken || issuing.controlPlane().contains(name)) {
      throw new ProblemException(
          new Problem.Conflict(
              "NameTaken",
              "The name '%s' is served for something else already; take it away there first, or use another one."
                  .formatted(name)));
    }
  }

  /**
   * Stores the pair sealed, puts it into the gateway under its name, and proves it by a handshake.
   */
  public void installBrought(String owner, BroughtPair pair) {
    refuseTaken(owner, pair.cname());
    pair.repairs().forEach(repair -> log.info("certificate of {}: {}", pair.cname(), repair));
    pair.warnings().forEach(warning -> log.warn("certificate of {}: {}", pair.cname(), warning));
    Instant warning = nextWarning(pair.pair(), clock.instant());
    install(
        new Stored(newId(), owner, pair.cname(), true, pair.pair(), warning, 0, null),
        null,
        Optional.of(Reason.SUPERSEDED));
  }

  /**
   * Issues a certificate for a platform name, adds its DNS record, installs and proves it. When
   * another owner has the name, it moves.
   */
  public void installIssued(String owner, String host) {
    installIssued(owner, host.toLowerCase(Locale.ROOT), null, Optional.of(Reason.SUPERSEDED));
  }

  /** A new key and certificate now, whatever is left of the old one. */
  public void renew(String owner) {
    renew(renewable(owner), Optional.of(Reason.SUPERSEDED));
  }

  /** A 400 unless the owner has a certificate that the platform can renew. */
  void refuseRenewal(String owner) {
    var _ = renewable(owner);
  }

  private Stored renewable(String owner) {
    return store
        .inService(owner)
        .filter(each -> !each.brought())
        .orElseThrow(() ->
            ProblemException.invalid(
                "There is no certificate of ours to renew; a custom one is renewed by sending the new one."));
  }

  /** Has those of the issued ones renewed soon, each by its own alarm. */
  void reissue(Predicate<CertifiedKey> which) {
    Instant now = clock.instant();
    for (Stored each : store.all()) {
      if (!each.brought() && which.test(each.pair())) {
        store.postpone(each.id(), now);
        timers.set(ALARM, each.id(), now);
      }
    }
  }

  /** The same, but the control plane's own is renewed before this returns. */
  void follow(Predicate<CertifiedKey> which) {
    store
        .inService(CONTROL_PLANE)
        .filter(own -> which.test(own.pair()))
        .ifPresent(own -> renew(own, Optional.of(Reason.SUPERSEDED)));
    reissue(which);
  }

  /** Forgets the owner's certificate and takes its name out of the gateway and the DNS. */
  public void remove(String owner) {
    changing.lock();
    try {
      Optional<Stored> old = store.inService(owner);
      store.retire(owner, clock.instant(), Reason.CESSATION_OF_OPERATION);
      old.ifPresent(exhibition::hide);
    } finally {
      changing.unlock();
    }
  }

  /** What is served for the owner. */
  public Optional<Installed> of(String owner) {
    return store
        .inService(owner)
        .map(
            each -> new Installed(owner, each.host(), each.brought(), Pem.of(each.pair().chain())));
  }

  /** How the owner's certificate stands. */
  public Optional<Standing> standing(String owner) {
    return store.inService(owner).map(each -> Standing.of(each, clock.instant()));
  }

  /** All certificates that the owner had, the one in service last. */
  List<CertificateStore.Past> history(String owner) {
    return store.history(owner);
  }

  /** What is ahead of every certificate in service. */
  public List<Outlook> outlook() {
    return store.outlook();
  }

  /** Serves the alarm of one stored certificate; says when it is to ring again. */
  Optional<Instant> ring(String id) {
    Optional<Stored> found = store.find(id);
    if (found.isEmpty() || found.get().nextAttempt().isEmpty()) {
      return Optional.empty();
    }
    Stored due = found.get();
    Instant now = clock.instant();
    if (due.nextAttempt().filter(now::isBefore).isPresent()) {
      return due.nextAttempt();
    }
    if (due.brought()) {
      return warn(due, now);
    }
    try {
      renew(due, Optional.empty());
      return Optional.empty();
    } catch (ProblemException e) {
      Instant next = RenewalPolicy.retry(due.failures() + 1, now, due.facts().notAfter());
      log.warn(
          "the certificate of {} could not be renewed and expires at {}; the next try is at {}: {}",
          due.host(),
          due.facts().notAfter(),
          next,
          e.problem().message());
      store.failed(id, e.problem().message(), next);
      return Optional.of(next);
    }
  }

  private Optional<Instant> warn(Stored due, Instant now) {
    raise(
        Alert.Kind.EXPIRES_SOON,
        due,
        "The custom certificate expires at %s (%d days left) and only its owner can renew it; send the new one."
            .formatted(due.facts().notAfter(), due.facts().daysLeft(now)));
    @Nullable Instant next = nextWarning(due.pair(), now);
    store.postpone(due.id(), next);
    return Optional.ofNullable(next);
  }

  private static @Nullable Instant nextWarning(CertifiedKey pair, Instant now) {
    return RenewalPolicy.alarms(pair.leaf()).stream()
        .filter(now::isBefore)
        .findFirst()
        .orElse(null);
  }

  private void renew(Stored old, Optional<Reason> revoked) {
    try {
      installIssued(old.owner(), old.host(), old, revoked);
    } catch (RuntimeException e) {
      raise(
          Alert.Kind.RENEWAL_FAILED,
          old,
          "The certificate could not be renewed and expires at %s: %s"
              .formatted(old.facts().notAfter(), e.getMessage()));
      throw e;
    }
    log.info("the certificate of {} was renewed", old.host());
  }

  private void installIssued(
      String owner, String host, @Nullable Stored renewed, Optional<Reason> revoked) {
    boolean own = owner.equals(CONTROL_PLANE);
    CertifiedKey pair = issue(issuing, own ? issuing.controlPlane() : List.of(host));
    install(stored(owner, host, pair, issuing.policy().renewal(pair.leaf())), renewed, revoked);
  }

  /**
   * Shows, proves, stores.
   *
   * @param renewed what it replaces; when that is no longer in service, nothing is to be done
   * @param revoked why what it replaces is no longer good, if it is not simply old
   */
  private void install(Stored next, @Nullable Stored renewed, Optional<Reason> revoked) {
    changing.lock();
    try {
      Optional<Stored> before = store.inService(next.owner());
      if (renewed != null && before.filter(b -> b.id().equals(renewed.id())).isEmpty()) {
        return;
      }
      Optional<Stored> holder =
          store.atHost(next.host()).filter(h -> !h.owner().equals(next.owner()));
      try {
        exhibition.show(next);
        prove(next);
        store.replace(next, clock.instant(), revoked);
      } catch (RuntimeException e) {
        before.ifPresentOrElse(b -> exhibition.showAgain(b, next), () -> exhibition.hide(next));
        holder.ifPresent(exhibition::showAgain);
        throw e;
      }
      before.filter(b -> !b.host().equals(next.host())).ifPresent(exhibition::forgetName);
    } finally {
      changing.unlock();
    }
    next.nextAttempt().ifPresent(at -> timers.setIfAbsent(ALARM, next.id(), at));
  }

  private void prove(Stored next) {
    try {
      exhibition.prove(next);
    } catch (ProblemException e) {
      raise(Alert.Kind.PROOF_FAILED, next, e.problem().message());
      throw e;
    }
  }

  private void raise(Alert.Kind kind, Stored about, String message) {
    alerts.accept(new Alert(clock.instant(), kind, about.host(), message));
  }

  private static CertifiedKey issue(Issuing issuing, List<String> names) {
    try {
      return issuing.issuer().issue(names, issuing.life());
    } catch (IssuerFault e) {
      throw new ProblemException(
          new Problem.Upstream(
              "IssuerFailed",
              "The issuer '%s' gave no certificate for '%s': %s"
                  .formatted(issuing.issuer().name(), names.getFirst(), e.getMessage())),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the issuer", e);
    }
  }

  private static Stored stored(String owner, String host, CertifiedKey pair, Instant renewal) {
    return new Stored(newId(), owner, host, false, pair, renewal, 0, null);
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }
}
