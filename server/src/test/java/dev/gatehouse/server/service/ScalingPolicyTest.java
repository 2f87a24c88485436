package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Load;
import dev.gatehouse.server.service.definition.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The policy against loads, ten looks a second; replicas follow its wish at once. */
class ScalingPolicyTest {
  private static final Scaling SCALING = new Scaling(1, 10, 70, Duration.ofSeconds(1));

  /** Requests under way in each second of a morning's burst, as a load test recorded them. */
  private static final int[] RECORDED = {
    0, 0, 1, 0, 2, 3, 7, 12, 11, 6, 5, 4, 4, 3, 3, 4, 2, 2, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0
  };

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final ScalingPolicy policy = new ScalingPolicy(now);
  private int replicas = 1;

  private int second(int requests) {
    int busy = Math.min(requests, replicas);
    for (int i = 0; i < 10; i++) {
      now = now.plusMillis(100);
      replicas = policy.decide(now, SCALING, replicas, 1, new Load(busy, requests - busy));
    }
    return replicas;
  }

  private List<Integer> seconds(int count, int requests) {
    var seen = new ArrayList<Integer>();
    for (int i = 0; i < count; i++) {
      seen.add(second(requests));
    }
    return seen;
  }

  @Test
  void growsWithinASecondToTheTargetUtilisation() {
    assertThat(second(5)).isEqualTo(8);
    assertThat(second(7)).isEqualTo(10);
    assertThat(second(50)).isEqualTo(10);
  }

  @Test
  void keepsWhatTheTargetAllows() {
    second(7);
    assertThat(seconds(120, 7)).containsOnly(10);
  }

  @Test
  void shrinksOnlyAfterAlmostAMinuteAndWithinOne() {
    second(7);
    List<Integer> later = seconds(60, 1);
    assertThat(later.subList(0, 50)).containsOnly(10);
    assertThat(later.getLast()).isEqualTo(2);
  }

  @Test
  void followsARecordedLoad() {
    var seen = new ArrayList<Integer>();
    for (int requests : RECORDED) {
      seen.add(second(requests));
    }
    assertThat(seen.subList(0, 8)).containsExactly(1, 1, 2, 2, 3, 5, 10, 10);
    assertThat(seen.subList(8, RECORDED.length)).containsOnly(10);
    assertThat(seconds(60, 0).getLast()).isEqualTo(1);
  }

  @Test
  void countsWhatOneReplicaWorksOnAtATime() {
    for (int i = 0; i < 10; i++) {
      now = now.plusMillis(100);
      replicas = policy.decide(now, SCALING, replicas, 4, new Load(4, 7));
    }
    assertThat(replicas).isEqualTo(4);
  }

  @Test
  void changedBoundsHoldAtOnce() {
    var raised = new Scaling(3, 5, 70, Duration.ofSeconds(1));
    assertThat(policy.decide(now.plusMillis(100), raised, 1, 1, Load.NONE)).isEqualTo(3);
    assertThat(policy.decide(now.plusMillis(200), raised, 9, 1, Load.NONE)).isEqualTo(5);
  }
}
