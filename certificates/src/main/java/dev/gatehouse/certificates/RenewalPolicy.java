package dev.gatehouse.certificates;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** When to renew, to try again and to raise the alarm, from the life of the certificate itself. */
public final class RenewalPolicy {
  private static final Duration SHORT_LIFE = Duration.ofDays(10);
  private static final double JITTER = 1.0 / 20;

  /** A twentieth of six days is too little: after an outage all would come back together. */
  private static final double JITTER_OF_SHORT_LIVES = 1.0 / 6;

  private static final double LATEST = 5.0 / 6;
  private static final List<Duration> DELAYS =
      List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(100));
  private static final Duration LONGEST_DELAY = Duration.ofDays(1);

  private final RandomGenerator random;

  public RenewalPolicy(RandomGenerator random) {
    this.random = random;
  }

  /**
   * At two thirds of its life, less up to a twentieth of it by chance; at half of one under ten
   * days, less up to a sixth; so that certificates made together are not renewed together; every
   * call draws anew.
   */
  public Instant renewal(X509Certificate certificate) {
    return renewal(certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
  }

  /**
   * At a random instant of the window that the authority wants, perhaps past already; as without
   * one where it leaves less than a sixth of the certificate's life. Every call draws anew: keep
   * the answer for as long as the window stays, or renewals drift towards its beginning.
   */
  public Instant renewal(X509Certificate certificate, RenewalWindow window) {
    var begin = certificate.getNotBefore().toInstant();
    var life = Duration.between(begin, certificate.getNotAfter().toInstant());
    var latest = begin.plus(part(life, LATEST));
    var end = window.end().isBefore(latest) ? window.end() : latest;
    return window.start().isBefore(end)
        ? window.start().plus(part(Duration.between(window.start(), end), random.nextDouble()))
        : renewal(certificate);
  }

  Instant renewal(Instant notBefore, Instant notAfter) {
    var life = Duration.between(notBefore, notAfter);
    var brief = life.compareTo(SHORT_LIFE) < 0;
    var fraction = brief ? 1.0 / 2 : 2.0 / 3;
    var jitter = brief ? JITTER_OF_SHORT_LIVES : JITTER;
    return notBefore.plus(part(life, fraction - jitter * random.nextDouble()));
  }

  /** Up to a tenth longer by chance, so that what was done together is not done together again. */
  public Duration spread(Duration time) {
    return time.plus(part(time, random.nextDouble() / 10));
  }

  /** Like {@link #retry(int, Instant, Instant)}, but not before the issuer's own wish. */
  public static Instant retry(int failures, Instant now, Instant notAfter, IssuerFault fault) {
    var planned = retry(failures, now, notAfter);
    var wished = now.plus(fault.retryAfter().orElse(Duration.ZERO));
    return wished.isAfter(planned) ? wished : planned;
  }

  /**
   * After so many failures in a row (from 1): 1, 10, 100 minutes later, then daily; never later
   * than an eighth of the time left (or ten minutes, or half of it), which leaves more tries, and
   * for what is over every 100 minutes at most.
   */
  public static Instant retry(int failures, Instant now, Instant notAfter) {
    if (failures < 1) {
      throw new IllegalArgumentException("failures: " + failures + " (expected: 1 or more)");
    }
    var delay = failures <= DELAYS.size() ? DELAYS.get(failures - 1) : LONGEST_DELAY;
    var left = Duration.between(now, notAfter);
    return now.plus(shorter(delay, left.isPositive() ? urgent(left) : DELAYS.getLast()));
  }

  /**
   * When a third, a sixth and a twelfth of its life are left: for those that only people can renew.
   */
  public static List<Instant> alarms(X509Certificate certificate) {
    var end = certificate.getNotAfter().toInstant();
    var life = Duration.between(certificate.getNotBefore().toInstant(), end);
    return Stream.of(3, 6, 12).map(part -> end.minus(life.dividedBy(part))).toList();
  }

  private static Duration part(Duration life, double fraction) {
    return Duration.ofMillis((long) (life.toMillis() * fraction));
  }

  /** Halving alone may step over the only hour in which the issuer answers. */
  private static Duration urgent(Duration left) {
    var some = longer(left.dividedBy(8), DELAYS.get(1));
    return longer(shorter(some, left.dividedBy(2)), DELAYS.getFirst());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
