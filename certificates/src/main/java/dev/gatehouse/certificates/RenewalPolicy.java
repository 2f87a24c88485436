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
  private static final List<Duration> DELAYS =
      List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(100));
  private static final Duration LONGEST_DELAY = Duration.ofDays(1);

  private final RandomGenerator random;

  public RenewalPolicy(RandomGenerator random) {
    this.random = random;
  }

  /**
   * At two thirds of its life, or half of one under ten days, less up to a twentieth of it by
   * chance, so that certificates made together are not renewed together; every call draws anew.
   */
  public Instant renewal(X509Certificate certificate) {
    var begin = certificate.getNotBefore().toInstant();
    var life = Duration.between(begin, certificate.getNotAfter().toInstant());
    var fraction = life.compareTo(SHORT_LIFE) < 0 ? 1.0 / 2 : 2.0 / 3;
    return begin.plus(part(life, fraction - JITTER * random.nextDouble()));
  }

  /**
   * After so many failures in a row (from 1): 1, 10, 100 minutes later, then daily; never later
   * than half of the time left, which leaves another try, and for what is over every 100 minutes at
   * most.
   */
  public static Instant retry(int failures, Instant now, Instant notAfter) {
    if (failures < 1) {
      throw new IllegalArgumentException("failures: " + failures + " (expected: 1 or more)");
    }
    var delay = failures <= DELAYS.size() ? DELAYS.get(failures - 1) : LONGEST_DELAY;
    var left = Duration.between(now, notAfter);
    var most = left.isPositive() ? longer(left.dividedBy(2), DELAYS.getFirst()) : DELAYS.getLast();
    return now.plus(delay.compareTo(most) < 0 ? delay : most);
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

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
