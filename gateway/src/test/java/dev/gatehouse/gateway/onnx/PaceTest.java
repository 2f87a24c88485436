package dev.gatehouse.gateway.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static Pace after(int runs, long nanos) {
    var pace = new Pace();
    took(pace, runs, nanos);
    return pace;
  }

  private static void took(Pace pace, int runs, long nanos) {
    for (int i = 0; i < runs; i++) {
      pace.took(nanos);
    }
  }

  @Test
  void isBriskUntilAFewRunsHaveTakenLong() {
    assertThat(new Pace().brisk()).isTrue();
    assertThat(after(4, 4_000_000).brisk()).isFalse();
    assertThat(after(20, 10_000).brisk()).isTrue();
    assertThat(after(20, 3_000_000).brisk()).isFalse();
  }

  @Test
  void forgivesOneInterruptionButNotALastingChange() {
    var pace = after(100, 10_000);
    pace.took(500_000_000);
    assertThat(pace.brisk()).isTrue();
    took(pace, 20, 3_000_000);
    assertThat(pace.brisk()).isFalse();
  }
}
