package dev.gatehouse.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdviceTest {
  private static final List<Point> SEEN =
      List.of(
          point(1, 10, 20, 0),
          point(1, 20, 40, 0),
          point(1, 28, 400, 0),
          point(2, 40, 30, 0),
          point(2, 55, 90, 0),
          point(2, 58, 95, 3));

  private static Point point(int replicas, double offered, double p95, int failed) {
    return new Point(replicas, offered, offered, p95 / 2, p95, p95 * 2, 100, failed, "", 0.035);
  }

  private static Advice from(Optional<Double> rate, Optional<Double> p95) {
    return Advice.from(SEEN, new Advice.Wish(rate, p95), 300L << 20);
  }

  @Test
  void takesTheFewestReplicasThatKeptTheLatency() {
    assertThat(from(Optional.of(15.0), Optional.of(50.0)))
        .extracting("replicas", "measured")
        .containsExactly(1, true);
    assertThat(from(Optional.of(25.0), Optional.of(50.0)))
        .extracting("replicas", "measured")
        .containsExactly(2, true);
    assertThat(from(Optional.of(25.0), Optional.empty())).extracting("replicas").isEqualTo(1);
  }

  @Test
  void reckonsOnWhereNothingWasMeasuredAndSaysSo() {
    Advice advice = from(Optional.of(200.0), Optional.of(50.0));
    assertThat(advice).extracting("replicas", "measured").containsExactly(10, false);
    assertThat(advice.why()).contains("20.0 requests/s of each", "--replicas 10");
  }

  @Test
  void givesCpuForTheBusyTimeAndMemoryWithSomeToSpare() {
    Advice advice = from(Optional.of(28.0), Optional.empty());
    assertThat(advice.cpu()).isEqualTo(1.4); // 28 x 0.035 s at 70 %
    assertThat(advice.memoryGb()).isEqualTo(0.4); // 300 MiB and a quarter, rounded up
  }

  @Test
  void withoutARateItIsWhatOneReplicaBears() {
    assertThat(from(Optional.empty(), Optional.of(50.0)))
        .extracting("rate", "replicas")
        .containsExactly(20.0, 1);
  }

  @Test
  void saysWhenNoLoadKeptTheLatency() {
    Advice advice = from(Optional.of(5.0), Optional.of(10.0));
    assertThat(advice.replicas()).isZero();
    assertThat(advice.why()).contains("within 10.0 ms", "the least was 20.0 ms");
  }
}
