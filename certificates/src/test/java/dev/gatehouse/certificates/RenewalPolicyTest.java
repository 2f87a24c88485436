package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.DAY;
import static dev.gatehouse.certificates.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenewalPolicyTest {
  private static final RandomGenerator EARLIEST = () -> -1L;
  private static final RandomGenerator LATEST = () -> 0L;

  @Test
  void renewsAtTwoThirdsOfALongLife() {
    var certificate = living(DAY.multipliedBy(90));

    assertThat(new RenewalPolicy(LATEST).renewal(certificate))
        .isEqualTo(NOW.plus(DAY.multipliedBy(60)));
    assertThat(new RenewalPolicy(EARLIEST).renewal(certificate))
        .isBetween(
            NOW.plus(Duration.ofHours(55 * 24 + 12 - 1)),
            NOW.plus(Duration.ofHours(55 * 24 + 12 + 1)));
  }

  @Test
  void renewsAtHalfOfALifeUnderTenDays() {
    var policy = new RenewalPolicy(LATEST);

    assertThat(policy.renewal(living(DAY.multipliedBy(6))))
        .isEqualTo(NOW.plus(DAY.multipliedBy(3)));
    assertThat(policy.renewal(living(DAY.multipliedBy(12))))
        .isEqualTo(NOW.plus(DAY.multipliedBy(8)));
  }

  @Test
  void spreadsRenewalsAndNeverPassesTheEnd() {
    var certificate = living(DAY.multipliedBy(30));
    var policy = new RenewalPolicy(new Random(7));
    var instants =
        Stream.generate(() -> policy.renewal(certificate)).limit(100).distinct().toList();

    assertThat(instants).hasSizeGreaterThan(90);
    assertThat(instants)
        .allMatch(instant -> instant.isBefore(certificate.getNotAfter().toInstant()));
  }

  @Test
  void spreadsByATenthAtMostAndNeverShortens() {
    assertThat(new RenewalPolicy(LATEST).spread(Duration.ofHours(10)))
        .isEqualTo(Duration.ofHours(10));
    assertThat(new RenewalPolicy(EARLIEST).spread(Duration.ofHours(10)))
        .isBetween(Duration.ofHours(10).plusMinutes(59), Duration.ofHours(11));
  }

  @ParameterizedTest
  @CsvSource({
    "1, P30D, PT1M",
    "2, P30D, PT10M",
    "3, P30D, PT100M",
    "4, P30D, PT24H",
    "99, P30D, PT24H",
    "4, PT10H, PT75M",
    "4, PT40M, PT10M",
    "4, PT10M, PT5M",
    "4, PT1M, PT1M",
    "1, PT-1H, PT1M",
    "4, PT-1H, PT100M",
  })
  void waitsLongerAfterEachFailureButNotPastTheEnd(int failures, Duration left, Duration delay) {
    assertThat(RenewalPolicy.retry(failures, NOW, NOW.plus(left))).isEqualTo(NOW.plus(delay));
  }

  @Test
  void drawsFromTheWindowThatTheAuthorityWants() {
    var certificate = living(DAY.multipliedBy(90));
    var start = NOW.plus(DAY.multipliedBy(50));
    var window = new RenewalWindow(start, start.plus(DAY), DAY);
    var policy = new RenewalPolicy(new Random(7));
    var drawn = Stream.generate(() -> policy.renewal(certificate, window)).limit(100).toList();

    assertThat(drawn).allMatch(at -> !at.isBefore(start) && at.isBefore(window.end()));
    assertThat(drawn.stream().distinct()).hasSizeGreaterThan(90);
  }

  @Test
  void cutsAWindowThatLeavesNoTimeToTryAgain() {
    var certificate = living(DAY.multipliedBy(90));
    var policy = new RenewalPolicy(EARLIEST);
    var whole = new RenewalWindow(NOW, NOW.plus(DAY.multipliedBy(90)), DAY);
    var late =
        new RenewalWindow(NOW.plus(DAY.multipliedBy(80)), NOW.plus(DAY.multipliedBy(200)), DAY);

    assertThat(policy.renewal(certificate, whole)).isBefore(NOW.plus(DAY.multipliedBy(75)));
    assertThat(policy.renewal(certificate, late)).isBefore(NOW.plus(DAY.multipliedBy(60)));
  }

  @Test
  void renewsAtOnceWhenTheWindowIsPast() {
    var window = new RenewalWindow(NOW.minus(DAY), NOW.minusSeconds(1), DAY);

    assertThat(new RenewalPolicy(LATEST).renewal(living(DAY.multipliedBy(90)), window))
        .isBefore(NOW);
  }

  @Test
  void leavesAnIssuerAloneForAsLongAsItAsks() {
    var end = NOW.plus(DAY.multipliedBy(30));
    var busy = IssuerFault.busy("later", Duration.ofHours(3));
    var away = IssuerFault.unavailable("away", new Exception());

    assertThat(RenewalPolicy.retry(1, NOW, end, busy)).isEqualTo(NOW.plus(Duration.ofHours(3)));
    assertThat(RenewalPolicy.retry(4, NOW, end, busy)).isEqualTo(NOW.plus(DAY));
    assertThat(RenewalPolicy.retry(1, NOW, end, away)).isEqualTo(NOW.plusSeconds(60));
  }

  @Test
  void countsFailuresFromOne() {
    assertThatThrownBy(() -> RenewalPolicy.retry(0, NOW, NOW)).hasMessageContaining("1 or more");
  }

  @Test
  void raisesThreeAlarms() {
    var certificate = living(DAY.multipliedBy(120));

    assertThat(RenewalPolicy.alarms(certificate))
        .containsExactly(
            NOW.plus(DAY.multipliedBy(80)),
            NOW.plus(DAY.multipliedBy(100)),
            NOW.plus(DAY.multipliedBy(110)));
  }

  private static X509Certificate living(Duration life) {
    return TestAuthority.selfSigned(TestAuthority.wish().life(NOW, NOW.plus(life)));
  }
}
