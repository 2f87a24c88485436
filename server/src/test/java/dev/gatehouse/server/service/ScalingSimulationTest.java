package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.service.ScalingSimulation.Result;
import dev.gatehouse.server.service.definition.Scaling;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documented rule of the autoscaler against recorded loads. */
class ScalingSimulationTest {
  private static final Scaling SCALING = new Scaling(1, 10, 70, Duration.ofSeconds(1));
  private static final Map<String, Result> RESULTS = new HashMap<>();

  @BeforeAll
  static void replay() {
    System.out.println(ScalingSimulation.HEADER);
    for (String name : List.of("day", "spike", "sawtooth")) {
      Result result = ScalingSimulation.replay(name, SCALING);
      RESULTS.put(name, result);
      System.out.println(result.row());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"day", "spike", "sawtooth"})
  void replicasStayWithinTheirBounds(String name) {
    assertThat(RESULTS.get(name).least()).isEqualTo(1);
    assertThat(RESULTS.get(name).most()).isBetween(4, 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"day", "sawtooth"})
  void theBusiestSecondOfAMinuteIsNearTheTarget(String name) {
    assertThat(100 * RESULTS.get(name).busiest()).isBetween(55.0, 75.0);
  }

  @ParameterizedTest
  @CsvSource({"day,0.1", "spike,0.5", "sawtooth,0.1"})
  void hardlyAnyRequestIsRefused(String name, double percent) {
    assertThat(RESULTS.get(name).refusedPercent()).isLessThanOrEqualTo(percent);
  }

  @ParameterizedTest
  @CsvSource({"day,5", "spike,15", "sawtooth,15"})
  void replicasAreSeldomGivenUpAndWantedAgain(String name, double timesAnHour) {
    Result result = RESULTS.get(name);
    assertThat(result.flaps() / result.hours()).isLessThanOrEqualTo(timesAnHour);
  }

  @Test
  void aSpikeIsAnsweredWithinASecondAndOverWithinAMinute() {
    Result spike = RESULTS.get("spike");
    assertThat(spike.reaches(9, 240)).isLessThanOrEqualTo(1.1 + ScalingSimulation.START);
    assertThat(spike.falls(3, 330)).isLessThanOrEqualTo(60);
  }

  @Test
  void everyToothEndsWithinAMinute() {
    Result sawtooth = RESULTS.get("sawtooth");
    for (int end = 240; end < 1_200; end += 240) {
      assertThat(sawtooth.reaches(6, end - 30)).isLessThanOrEqualTo(1);
      assertThat(sawtooth.falls(5, end)).isLessThanOrEqualTo(60);
    }
  }
}
