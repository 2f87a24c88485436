package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.RenewalWindow;
import dev.gatehouse.certificates.RenewingIssuer;
import dev.gatehouse.server.state.Database;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Who signs the certificates of targets and services, in the order in which they are asked: the
 * next one at once when one fails, and none before the time that it asked for.
 */
public final class Issuers {
  private static final Duration QUESTION = Duration.ofMinutes(2);

  private final List<Listed> order;
  private final IssuerPauses pauses;
  private final ExecutorService threads;
  private final InstantSource clock;

  /**
   * An issuer in the list.
   *
   * @param name as in the settings
   * @param profile that it asks for, or empty
   * @param limit how long one certificate may take altogether: nobody waits longer, whatever hangs
   */
  public record Listed(String name, String profile, Issuer issuer, Duration limit) {}

  /**
   * @param threads on which issuers are asked, so that one that hangs can be left
   */
  public Issuers(
      List<Listed> order, Database database, ExecutorService threads, InstantSource clock) {
    this.order = List.copyOf(order);
    this.pauses = new IssuerPauses(database);
    this.threads = threads;
    this.clock = clock;
    if (order.isEmpty()) {
      throw new IllegalArgumentException("issuers: none (expected: at least one)");
    }
  }

  /**
   * What is wanted.
   *
   * @param previous what the new certificate replaces, if it is a renewal
   */
  record Wish(List<String> names, Duration life, Optional<Stored> previous) {
    Optional<X509Certificate> replaced(Listed by) {
      return previous
          .filter(
              old -> old.origin().issued().filter(o -> o.issuer().equals(by.name())).isPresent())
          .map(old -> old.pair().leaf());
    }
  }

  /** What became of a wish. */
  sealed interface Outcome {
    /**
     * @param passedOver why those before it in the list gave none; empty when it is the first
     */
    record Given(CertifiedKey pair, Origin.Issued origin, String passedOver) implements Outcome {}

    /** {@code why}: of each that could have been asked. */
    record Refused(String why) implements Outcome {}
  }

  /** Asks all of them in turn. */
  Outcome issue(Wish wish) throws InterruptedException {
    return ask(order, wish);
  }

  /** Asks only those that come before the issuer of the certificate in service. */
  Outcome issueBetter(Wish wish, Origin.Issued present) throws InterruptedException {
    return ask(order.subList(0, Math.max(0, place(present))), wish);
  }

  /** Whether one of them comes before that issuer. */
  boolean better(Origin.Issued present) {
    return place(present) > 0;
  }

  /** The first instant from now on at which one of them may be asked. */
  Instant earliest() {
    Instant now = clock.instant();
    return order.stream()
        .map(each -> pauses.until(each.name(), now).orElse(now))
        .min(Instant::compareTo)
        .orElse(now);
  }

  /** Whether the issuer of the certificate may have an opinion on when it is renewed. */
  boolean hasWindows(Stored stored) {
    return renewing(stored).isPresent();
  }

  /** When its issuer wants it renewed; throws {@link IssuerFault} when that cannot be asked now. */
  Optional<RenewalWindow> window(Stored stored) throws InterruptedException {
    Optional<RenewingIssuer> issuer = renewing(stored);
    return issuer.isEmpty()
        ? Optional.empty()
        : within(QUESTION, issuer.get(), () -> issuer.get().renewalWindow(stored.pair().leaf()));
  }

  private Optional<RenewingIssuer> renewing(Stored stored) {
    int place = stored.origin().issued().map(this::place).orElse(-1);
    return place >= 0 && order.get(place).issuer() instanceof RenewingIssuer renewing
        ? Optional.of(renewing)
        : Optional.empty();
  }

  /** Less than nothing when it is not in the list any more. */
  private int place(Origin.Issued origin) {
    return IntStream.range(0, order.size())
        .filter(i -> order.get(i).name().equals(origin.issuer()))
        .findFirst()
        .orElse(-1);
  }

  private Outcome ask(List<Listed> some, Wish wish) throws InterruptedException {
    var causes = new ArrayList<String>();
    for (Listed each : some) {
      Optional<Instant> pause = pauses.until(each.name(), clock.instant());
      if (pause.isPresent()) {
        causes.add("'%s' asked not to be asked before %s.".formatted(each.name(), pause.get()));
        continue;
      }
      try {
        CertifiedKey pair = within(each.limit(), each.issuer(), () -> issue(each, wish));
        return new Outcome.Given(
            pair, new Origin.Issued(each.name(), each.profile()), String.join(" ", causes));
      } catch (IssuerFault fault) {
        fault.retryAfter().ifPresent(wait -> pauses.pause(each.name(), clock.instant().plus(wait)));
        causes.add(sentence(each, fault));
      }
    }
    return new Outcome.Refused(String.join(" ", causes));
  }

  /** With the issuer's name in it, which those of ACME have already. */
  private static String sentence(Listed of, IssuerFault fault) {
    String name = "'" + of.name() + "'";
    String message = String.valueOf(fault.getMessage());
    return message.contains(name) ? message : name + ": " + message;
  }

  private static CertifiedKey issue(Listed by, Wish wish) throws InterruptedException {
    Optional<X509Certificate> replaced = wish.replaced(by);
    return by.issuer() instanceof RenewingIssuer renewing && replaced.isPresent()
        ? renewing.renew(replaced.get(), wish.names(), wish.life())
        : by.issuer().issue(wish.names(), wish.life());
  }

  private <T> T within(Duration limit, Issuer asked, Callable<T> question)
      throws InterruptedException {
    var answer = threads.submit(question);
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw IssuerFault.unavailable(
          "'%s' was left because it had not answered after %s.".formatted(asked.name(), limit), e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException fault -> throw fault;
        case InterruptedException fault -> throw fault;
        case Error fault -> throw fault;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    } finally {
      // Nothing happens to one that has ended.
      answer.cancel(true);
    }
  }
}
