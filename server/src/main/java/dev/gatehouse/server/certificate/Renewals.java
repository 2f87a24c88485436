package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.RenewalPolicy;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.certificate.Issuers.Outcome;
import dev.gatehouse.server.state.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has certificates issued and renewed: when somebody asks, when they are due, and when a better
 * issuer may be there again. One thread at a time works for each owner.
 */
final class Renewals {
  private static final Logger log = LoggerFactory.getLogger(Renewals.class);
  private static final String ALARM = "certificate";

  /** More at once would only take the turns of other alarms, and no issuer likes it. */
  private static final int AT_ONCE = 16;

  private static final Duration WHEN_BUSY = Duration.ofSeconds(10);

  /** From another issuer than the first back to it: soon, then every day. */
  private static final Duration COME_BACK_SOON = Duration.ofHours(1);

  private static final Duration COME_BACK = Duration.ofDays(1);

  private final CertificateStore store;
  private final Issuing issuing;
  private final Swaps swaps;
  private final Windows windows;
  private final Timers timers;
  private final InstantSource clock;
  private final Consumer<Alert> alerts;
  private final Turns turns = new Turns();
  private final Semaphore atOnce = new Semaphore(AT_ONCE);

  /** Before the start of the timers. */
  Renewals(
      CertificateStore store,
      Issuing issuing,
      Swaps swaps,
      Timers timers,
      InstantSource clock,
      Consumer<Alert> alerts) {
    this.store = store;
    this.issuing = issuing;
    this.swaps = swaps;
    this.timers = timers;
    this.clock = clock;
    this.alerts = alerts;
    this.windows =
        new Windows(store, issuing, turns, timers, clock, (id, at) -> timers.set(ALARM, id, at));
    timers.define(ALARM, this::ring);
  }

  /** Sees to it that what is stored is renewed. */
  void start() {
    store.all().forEach(this::watch);
  }

  void watch(Stored stored) {
    stored.nextAttempt().ifPresent(at -> timers.setIfAbsent(ALARM, stored.id(), at));
    windows.follow(stored);
  }

  /** Due at once, each by its own alarm. */
  void hasten(Stored stored) {
    Instant now = clock.instant();
    store.hasten(stored.id(), now);
    timers.set(ALARM, stored.id(), now);
  }

  /**
   * Sees to it that a certificate of ours is in service at the name, other than the one with the
   * chain {@code not}.
   */
  void ensure(String owner, String host, String not) throws InterruptedException {
    try (var _ = turns.take(owner)) {
      Optional<Stored> old =
          store.inService(owner).filter(each -> !each.brought() && each.host().equals(host));
      if (old.isEmpty()) {
        install(issued(owner, host, old), old, Optional.of(Reason.SUPERSEDED));
      } else if (old.get().chainPem().equals(not)) {
        renewAsked(old.get());
      }
    }
  }

  /** Renews it, unless another thread just has. */
  void renew(Stored old) throws InterruptedException {
    try (var _ = turns.take(old.owner())) {
      if (store.find(old.id()).isPresent()) {
        renewAsked(old);
      }
    }
  }

  /** Serves the alarm of one stored certificate; says when it is to ring again. */
  Optional<Instant> ring(String id) throws InterruptedException {
    Optional<Stored> found = store.find(id);
    if (found.filter(this::due).isEmpty()) {
      return found.flatMap(Stored::nextAttempt);
    }
    if (found.get().brought()) {
      return warn(found.get());
    }
    if (!atOnce.tryAcquire()) {
      return Optional.of(clock.instant().plus(issuing.policy().spread(WHEN_BUSY)));
    }
    try (var _ = turns.take(found.get().owner())) {
      // Another thread may have renewed it while this one waited.
      Optional<Stored> present = store.find(id);
      return present.filter(this::due).isEmpty()
          ? present.flatMap(Stored::nextAttempt)
          : renewDue(present.get());
    } finally {
      atOnce.release();
    }
  }

  Optional<Instant> ask(String id) throws InterruptedException {
    return windows.ring(id);
  }

  private boolean due(Stored stored) {
    return stored.nextAttempt().filter(at -> !clock.instant().isBefore(at)).isPresent();
  }

  private Optional<Instant> warn(Stored due) {
    Instant now = clock.instant();
    raise(
        Alert.Kind.EXPIRES_SOON,
        due,
        "The custom certificate expires at %s (%d days left) and only its owner can renew it; send the new one."
            .formatted(due.facts().notAfter(), due.facts().daysLeft(now)));
    Optional<Instant> next = nextWarning(due.pair(), now);
    store.warned(due.id(), next);
    return next;
  }

  static Optional<Instant> nextWarning(CertifiedKey pair, Instant now) {
    return RenewalPolicy.alarms(pair.leaf()).stream().filter(now::isBefore).findFirst();
  }

  private Optional<Instant> renewDue(Stored due) throws InterruptedException {
    Instant now = clock.instant();
    if (due.failures() == 0 && due.plannedRenewal().filter(now::isBefore).isPresent()) {
      return comeBack(due);
    }
    try {
      renew(due, Optional.empty());
      return Optional.empty();
    } catch (ProblemException e) {
      Instant next = retry(due);
      log.warn(
          "the certificate of {} could not be renewed and expires at {}; the next try is at {}: {}",
          due.host(),
          due.facts().notAfter(),
          next,
          e.problem().message());
      store.failed(due.id(), e.problem().message(), next);
      return Optional.of(next);
    }
  }

  /** As the policy says, but not before one of the issuers may be asked. */
  private Instant retry(Stored due) {
    Instant planned =
        RenewalPolicy.retry(due.failures() + 1, clock.instant(), due.facts().notAfter());
    Instant possible = issuing.issuers().earliest();
    return possible.isAfter(planned) ? possible : planned;
  }

  /** From the issuer that stood in to one that comes before it in the list. */
  private Optional<Instant> comeBack(Stored stored) throws InterruptedException {
    Instant renewal = stored.plannedRenewal().orElseThrow();
    Origin.Issued present = stored.origin().issued().orElseThrow();
    String why;
    switch (issuing.issuers().issueBetter(wish(stored.host(), Optional.of(stored)), present)) {
      case Outcome.Given given -> {
        try {
          install(
              next(stored.owner(), stored.host(), given), Optional.of(stored), Optional.empty());
          log.info(
              "the certificate of {} comes from '{}' again",
              stored.host(),
              given.origin().issuer());
          return Optional.empty();
        } catch (ProblemException e) {
          why = e.problem().message();
        }
      }
      case Outcome.Refused refused -> why = refused.why();
    }
    Instant again = clock.instant().plus(issuing.policy().spread(COME_BACK));
    Instant next = again.isBefore(renewal) && issuing.issuers().better(present) ? again : renewal;
    log.info("the certificate of {} stays one of '{}': {}", stored.host(), present.issuer(), why);
    store.noted(stored.id(), why, next);
    return Optional.of(next);
  }

  /** Skips what is left of the pause after a failure; the plan stays as it was. */
  private void renewAsked(Stored old) throws InterruptedException {
    try {
      renew(old, Optional.of(Reason.SUPERSEDED));
    } catch (ProblemException e) {
      store.noted(old.id(), e.problem().message());
      throw e;
    }
  }

  private void renew(Stored old, Optional<Reason> revoked) throws InterruptedException {
    try {
      install(issued(old.owner(), old.host(), Optional.of(old)), Optional.of(old), revoked);
    } catch (ProblemException e) {
      raise(
          Alert.Kind.RENEWAL_FAILED,
          old,
          "The certificate could not be renewed and expires at %s: %s"
              .formatted(old.facts().notAfter(), e.problem().message()));
      throw e;
    }
    log.info("the certificate of {} was renewed", old.host());
  }

  private void install(Stored next, Optional<Stored> renewed, Optional<Reason> revoked)
      throws InterruptedException {
    if (swaps.install(new Swaps.Change(next, renewed, revoked))) {
      watch(next);
    }
  }

  private Stored issued(String owner, String host, Optional<Stored> old)
      throws InterruptedException {
    if (owner.equals(Certificates.CONTROL_PLANE)) {
      return controlPlane(issuing);
    }
    swaps.announce(host);
    boolean given = false;
    try {
      Stored next =
          switch (issuing.issuers().issue(wish(host, old))) {
            case Outcome.Given outcome -> next(owner, host, outcome);
            case Outcome.Refused(var why) ->
                throw new ProblemException(
                    new Problem.Upstream(
                        "IssuerFailed",
                        "No certificate was given for '%s': %s".formatted(host, why)));
          };
      given = true;
      return next;
    } finally {
      if (!given) {
        swaps.recant(host);
      }
    }
  }

  private Issuers.Wish wish(String host, Optional<Stored> old) {
    return new Issuers.Wish(List.of(host), issuing.life(), old);
  }

  /** What was given, with its plan; somebody hears of it when another issuer had to stand in. */
  private Stored next(String owner, String host, Outcome.Given given) {
    Instant renewal = issuing.policy().renewal(given.pair().leaf());
    Instant back = clock.instant().plus(issuing.policy().spread(COME_BACK_SOON));
    boolean first = !issuing.issuers().better(given.origin());
    var next =
        new Stored(
            newId(),
            owner,
            host,
            given.origin(),
            given.pair(),
            first || renewal.isBefore(back) ? renewal : back,
            renewal,
            0,
            given.passedOver().isEmpty() ? null : given.passedOver());
    if (!given.passedOver().isEmpty()) {
      raise(
          Alert.Kind.OTHER_ISSUER,
          next,
          "The certificate comes from '%s': %s"
              .formatted(given.origin().issuer(), given.passedOver()));
    }
    return next;
  }

  /** A new one for the control plane itself, from the authority that is always there. */
  static Stored controlPlane(Issuing issuing) throws InterruptedException {
    try {
      CertifiedKey pair = issuing.embedded().issue(issuing.controlPlane(), issuing.life());
      Instant renewal = issuing.policy().renewal(pair.leaf());
      return new Stored(
          newId(),
          Certificates.CONTROL_PLANE,
          issuing.controlPlane().getFirst(),
          new Origin.Issued(Issuing.EMBEDDED, ""),
          pair,
          renewal,
          renewal,
          0,
          null);
    } catch (IssuerFault e) {
      throw new ProblemException(
          new Problem.Upstream(
              "IssuerFailed",
              "The embedded authority gave no certificate for the control plane: "
                  + e.getMessage()),
          e);
    }
  }

  private void raise(Alert.Kind kind, Stored about, String message) {
    alerts.accept(new Alert(clock.instant(), kind, about.host(), message));
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }
}
