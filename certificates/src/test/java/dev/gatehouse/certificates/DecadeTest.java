package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.certificates.Decade.Life;
import dev.gatehouse.certificates.Decade.Step;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ten years of 10,000 certificates, with the real policy: issuers fail a fifth of the time, and the
 * first is gone for a week.
 */
class DecadeTest {
  private static final List<Life> LIVES =
      List.of(new Life(6, 2_500), new Life(45, 2_500), new Life(47, 2_500), new Life(90, 2_500));
  private static final List<Step> SMALL_STEPS =
      List.of(
          new Step(Duration.ofDays(400), Duration.ofHours(1)),
          new Step(Duration.ofDays(580), Duration.ZERO),
          new Step(Duration.ofDays(1_500), Duration.ofHours(-1)),
          new Step(Duration.ofDays(1_700), Duration.ofSeconds(1)));
  private static final List<Step> WILD_STEPS =
      List.of(
          new Step(Duration.ofDays(400), Duration.ofDays(1)),
          new Step(Duration.ofDays(401), Duration.ZERO),
          new Step(Duration.ofDays(1_500), Duration.ofDays(-1)),
          new Step(Duration.ofDays(1_501), Duration.ZERO));

  @Test
  void losesNoneThatASingleIssuerCouldHaveSaved() {
    var decade = new Decade("one issuer", 1, LIVES, SMALL_STEPS).run();

    assertThat(decade.lost()).isZero();
    assertThat(decade.peak()).isLessThan(3 * decade.mean());
  }

  @Test
  void losesNoneAtAllWithASecondIssuer() {
    var decade = new Decade("two issuers in order", 2, LIVES, SMALL_STEPS).run();

    assertThat(decade.expired()).isZero();
    assertThat(decade.peak()).isLessThan(3 * decade.mean());
    assertThat(decade.peakAfterOutages()).isLessThan(3 * decade.mean());
  }

  @Test
  void losesNoneByAClockThatIsADayWrong() {
    var few = LIVES.stream().map(life -> new Life(life.days(), 250)).toList();

    assertThat(new Decade("clock a day wrong", 1, few, WILD_STEPS).run().lost()).isZero();
  }
}
