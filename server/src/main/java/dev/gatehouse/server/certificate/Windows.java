package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.RenewalWindow;
import dev.gatehouse.server.state.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks issuers again and again when they want their certificates renewed (RFC 9773), and moves the
 * renewals into these windows.
 */
final class Windows {
  private static final Logger log = LoggerFactory.getLogger(Windows.class);
  private static final String ALARM = "certificate-window";

  /** An issuer has nothing to say of a certificate that it made this instant. */
  private static final Duration FIRST = Duration.ofSeconds(30);

  private static final Duration AFTER_FAULT = Duration.ofHours(1);
  private static final Duration WITHOUT = Duration.ofHours(12);

  /** An issuer whose windows are over when they begin does not get to renew without end. */
  private static final Duration LEAST_LIFE = Duration.ofHours(6);

  private final CertificateStore store;
  private final Issuing issuing;
  private final Turns turns;
  private final Timers timers;
  private final InstantSource clock;
  private final Renewal renewal;

  /** Sets the alarm of a renewal. */
  @FunctionalInterface
  interface Renewal {
    void at(String id, Instant time);
  }

  Windows(
      CertificateStore store,
      Issuing issuing,
      Turns turns,
      Timers timers,
      InstantSource clock,
      Renewal renewal) {
    this.store = store;
    this.issuing = issuing;
    this.turns = turns;
    this.timers = timers;
    this.clock = clock;
    this.renewal = renewal;
    timers.define(ALARM, this::ring);
  }

  /** Begins to ask about it, if its issuer may have an answer; goes on by itself. */
  void follow(Stored stored) {
    if (issuing.issuers().hasWindows(stored)) {
      // Twice as long at most: those that were issued together are not asked about together.
      Duration wait = FIRST.plus(issuing.policy().spread(FIRST).minus(FIRST).multipliedBy(10));
      timers.setIfAbsent(ALARM, stored.id(), clock.instant().plus(wait));
    }
  }

  /** Asks about one certificate; says when to ask again. */
  Optional<Instant> ring(String id) throws InterruptedException {
    Optional<Stored> found = store.find(id);
    if (found.isEmpty() || !issuing.issuers().hasWindows(found.get())) {
      return Optional.empty();
    }
    try {
      Optional<RenewalWindow> window = issuing.issuers().window(found.get());
      if (window.isPresent()) {
        move(found.get(), window.get());
      }
      return again(window.map(RenewalWindow::askAgain).orElse(WITHOUT));
    } catch (IssuerFault fault) {
      log.info(
          "the renewal window of {} stays as it was: {}", found.get().host(), fault.getMessage());
      return again(fault.retryAfter().orElse(AFTER_FAULT));
    }
  }

  private Optional<Instant> again(Duration wait) {
    return Optional.of(clock.instant().plus(issuing.policy().spread(wait)));
  }

  /** A window that stays as it was keeps the instant that was drawn in it. */
  private void move(Stored asked, RenewalWindow window) throws InterruptedException {
    Window wanted = Window.of(window);
    try (var _ = turns.take(asked.owner())) {
      Optional<Stored> present = store.find(asked.id());
      if (present.isEmpty() || store.window(asked.id()).filter(wanted::equals).isPresent()) {
        return;
      }
      Instant planned = planned(present.get(), window);
      Optional<Instant> before = present.get().nextAttempt();
      Instant attempt = attempt(present.get(), planned);
      log.info(
          "the issuer of {} wants it renewed between {} and {}; planned for {}",
          asked.host(),
          wanted.start(),
          wanted.end(),
          planned);
      store.plan(asked.id(), wanted, planned, attempt);
      if (before.filter(attempt::equals).isEmpty()) {
        renewal.at(asked.id(), attempt);
      }
    }
  }

  private Instant planned(Stored stored, RenewalWindow window) {
    Instant drawn = issuing.policy().renewal(stored.pair().leaf(), window);
    return store
        .begunBefore(stored)
        .map(begun -> begun.plus(LEAST_LIFE))
        .filter(drawn::isBefore)
        .orElse(drawn);
  }

  /** Pauses after failures stay, and so does an earlier attempt to come back to a better issuer. */
  private static Instant attempt(Stored stored, Instant planned) {
    Instant before = stored.nextAttempt().orElse(planned);
    if (stored.failures() > 0) {
      return before;
    }
    boolean byPlan = stored.plannedRenewal().filter(before::equals).isPresent();
    return byPlan || planned.isBefore(before) ? planned : before;
  }
}
