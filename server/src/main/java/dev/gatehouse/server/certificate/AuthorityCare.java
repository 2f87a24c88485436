package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.RenewalPolicy;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the embedded authority alive: its intermediate, its revocation lists, and what it has
 * signed when its root changes.
 */
public final class AuthorityCare {
  private static final Logger log = LoggerFactory.getLogger(AuthorityCare.class);
  private static final String ROTATION = "authority-intermediate";
  private static final String LISTS = "authority-lists";
  private static final String ONLY = "one";

  private final PlatformAuthority authority;
  private final Certificates certificates;
  private final RevocationLists lists;
  private final Timers timers;
  private final InstantSource clock;

  /** Before the start of the timers. */
  public AuthorityCare(
      Database database, PlatformAuthority authority, Certificates certificates, Timers timers) {
    this.authority = authority;
    this.certificates = certificates;
    this.lists = new RevocationLists(database, authority);
    this.timers = timers;
    this.clock = authority.signing().clock();
    timers.define(ROTATION, _ -> rotate());
    timers.define(LISTS, _ -> Optional.of(lists.sign()));
  }

  /** Told the root that clients must trust from now on. */
  @FunctionalInterface
  public interface Announcement {
    void root(String pem) throws IOException;
  }

  /** After the start of the certificates. */
  public void start() {
    timers.set(ROTATION, ONLY, next());
    timers.setIfAbsent(LISTS, ONLY, lists.sign());
    certificates.reissue(authority::outdated);
  }

  PlatformAuthority authority() {
    return authority;
  }

  RevocationLists lists() {
    return lists;
  }

  /** Serves the alarm of the intermediate. */
  Optional<Instant> rotate() {
    Instant due = authority.rotateWhenDue();
    if (authority.underOtherRoot() && !clock.instant().isBefore(due)) {
      var leaf = authority.intermediate().pair().leaf();
      log.warn(
          "the authority's intermediate '{}' under your root expires at {} and only your root can renew it:"
              + " './gatehouse authority request', have it signed, './gatehouse authority import'",
          authority.name(),
          leaf.getNotAfter().toInstant());
    }
    return Optional.of(next());
  }

  /** Imports the chain; the control plane's own certificate follows before this returns. */
  void accept(String chainPem, Announcement announcement) {
    authority.accept(chainPem);
    try {
      certificates.follow(authority::outdated);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted; the next start goes on", e);
    }
    try {
      announcement.root(authority.rootPem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    timers.set(ROTATION, ONLY, next());
    lists.sign();
    log.info("the authority signs as '{}' under another root now", authority.name());
  }

  /** An imported one that is due is warned about at each of the moments for people, then daily. */
  private Instant next() {
    Instant due = authority.intermediate().due();
    Instant now = clock.instant();
    if (now.isBefore(due)) {
      // One second later, since dates of certificates have whole seconds.
      return due.plusSeconds(1);
    }
    return RenewalPolicy.alarms(authority.intermediate().pair().leaf()).stream()
        .filter(now::isBefore)
        .findFirst()
        .orElse(now.plus(RevocationLists.EVERY));
  }
}
