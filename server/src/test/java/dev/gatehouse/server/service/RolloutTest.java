package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Version;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.rest.Requests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Mirrors and roll-outs as clients set and see them. */
class RolloutTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
    world.settle("POST", "/services", Payloads.endpoint("ep1", "ver1", null).toString());
  }

  @AfterEach
  void stop() {
    world.services.close();
    world.close();
  }

  private static ObjectNode second(String... properties) {
    var second = Payloads.aks("ver2", Payloads.image("ver2.py", "own:1"));
    second.put("trafficPercentile", 0);
    for (int i = 0; i < properties.length; i += 2) {
      ((ObjectNode) second.path("properties")).put(properties[i], properties[i + 1]);
    }
    return second;
  }

  private void add(ObjectNode version) {
    JsonNode done =
        world.settle(
            "PATCH", "/services/ep1", Payloads.patch("add", "/versions/ver2", version.toString()));
    assertThat(done.path("state").asString("")).isEqualTo("Succeeded");
  }

  private void roll() {
    add(second("gatehouse.rollout.steps", "20,60", "gatehouse.rollout.interval", "1h"));
  }

  private void change(String path, String value) {
    world.settle("PATCH", "/services/ep1", Payloads.patch("replace", path, value));
  }

  private List<Integer> shares() {
    return world.route("ep1").versions().stream().map(Version::share).toList();
  }

  private JsonNode version() {
    return world.service("ep1").path("versions").path("ver2");
  }

  private void asked(long good, long bad) {
    var none = Tally.Counts.NONE;
    world.counts =
        Map.of(
            "ver2",
            new Tally.Counts(List.of(0L, good, 0L, 0L, bad), none.buckets(), 0, none.model(), 0));
  }

  @Test
  void theMirrorAndTheBoundReachTheGateway() {
    add(
        second(
            "gatehouse.mirror",
            "20",
            "gatehouse.rollout.steps",
            "100",
            "gatehouse.rollout.max-p99",
            "800ms"));
    assertThat(world.route("ep1").versions().get(1).trial())
        .isEqualTo(new Version.Trial(20, Duration.ofMillis(800)));
    assertThat(world.route("ep1").versions().getFirst().trial()).isEqualTo(Version.Trial.NONE);
    change("/versions/ver2/properties/gatehouse.mirror", "\"0\"");
    assertThat(world.route("ep1").versions().get(1).trial().mirror()).isZero();
    assertThat(world.driver.started).hasSize(2);
  }

  @Test
  void aNewVersionBeginsWithItsFirstStepAndIsShownSo() {
    roll();
    assertThat(shares()).containsExactly(80, 20);
    asked(7, 1);
    JsonNode rollout = version().path("rollout");
    assertThat(rollout.path("state").asString("")).isEqualTo("Rolling");
    assertThat(rollout.path("step").intValue()).isEqualTo(1);
    assertThat(rollout.path("steps").toString()).isEqualTo("[20,60]");
    assertThat(rollout.path("requests").intValue()).isEqualTo(8);
    assertThat(rollout.path("errors").intValue()).isEqualTo(1);
    assertThat(version().path("trafficPercentile").intValue()).isEqualTo(20);
    assertThat(world.services.rollOuts())
        .singleElement()
        .extracting(each -> each.service() + " " + each.version() + " " + each.step())
        .isEqualTo("ep1 ver2 1");
  }

  @Test
  void returnsToTheFormerSplitAndTellsWhy() {
    roll();
    asked(0, 3);
    World.await(() -> shares().equals(List.of(100, 0)));
    World.await(() -> world.alerts.size() == 1);
    JsonNode rollout = version().path("rollout");
    assertThat(rollout.path("state").asString("")).isEqualTo("Returned");
    assertThat(rollout.path("why").asString(""))
        .isEqualTo("3 of 3 requests failed; at most 2 % may");
    assertThat(version().path("trafficPercentile").intValue()).isZero();
    assertThat(version().path("state").asString("")).isEqualTo("Healthy");
  }

  @Test
  void completesIntoTheDefinition() {
    add(
        second(
            "gatehouse.rollout.steps",
            "30",
            "gatehouse.rollout.interval",
            "1ms",
            "gatehouse.rollout.min-requests",
            "1"));
    asked(5, 0);
    World.await(() -> version().path("rollout").path("state").asString("").equals("Completed"));
    change("/description", "\"an update after the end\"");
    assertThat(shares()).containsExactly(70, 30);
    assertThat(version().path("trafficPercentile").intValue()).isEqualTo(30);
  }

  @Test
  void anUpdateOfTheTrafficWins() {
    roll();
    change("/versions/ver2/description", "\"not about traffic\"");
    assertThat(shares()).containsExactly(80, 20);
    change("/versions/ver2/trafficPercentile", "0");
    assertThat(shares()).containsExactly(100, 0);
    assertThat(version().path("rollout").path("state").asString("")).isEqualTo("Ended");
    change("/versions/ver2/properties/gatehouse.rollout.steps", "\"10,100\"");
    assertThat(shares()).containsExactly(90, 10);
  }

  @Test
  void survivesARestart() throws Exception {
    roll();
    world.services.close();
    world.close();
    world = new World(folder);
    assertThat(shares()).containsExactly(80, 20);
    World.await(() -> world.service("ep1").path("state").asString("").equals("Healthy"));
    assertThat(version().path("rollout").path("state").asString("")).isEqualTo("Rolling");
    var bad = new AtomicLong();
    World.await(() -> {
      asked(0, bad.addAndGet(3));
      return shares().equals(List.of(100, 0));
    });
  }

  @Test
  void deletingTheServiceForgetsIt() {
    roll();
    world.settle("DELETE", "/services/ep1", "");
    assertThat(world.services.rollOuts()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "gatehouse.mirror|101|gatehouse.mirror' is '101'; send a whole number from 0 to 100.",
        "gatehouse.mirror|some|is 'some'; send a whole number",
        "gatehouse.rollout.steps|5,,9|is ''; send a whole number from 1 to 100",
        "gatehouse.rollout.steps|50,25|send percentages that rise, such as 5,25,50,100.",
        "gatehouse.rollout.interval|5m|set without 'gatehouse.rollout.steps'",
        "gatehouse.rollout.max-err|2%|send one of the properties interval, max-error-rate",
      })
  void refusesWhatItCannotRead(String property, String value, String words) {
    var response =
        world.send(
            "PATCH",
            "/services/ep1",
            Payloads.patch("add", "/versions/ver2", second(property, value).toString()));
    assertThat(response.status()).isEqualTo(400);
    assertThat(Json.message(response)).contains(words).contains("versions/ver2/properties/");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "interval|5 min|send a time such as 800ms, 30s, 5m or 1h.",
        "max-p99|-1s|send a time such as",
        "max-error-rate|0.02|send a percentage such as 2% or 0.5%.",
        "min-requests|0|send a whole number from 1 to 1000000.",
      })
  void refusesBoundsThatItCannotRead(String key, String value, String words) {
    var version = second("gatehouse.rollout.steps", "5", "gatehouse.rollout." + key, value);
    var response =
        world.send(
            "PATCH", "/services/ep1", Payloads.patch("add", "/versions/ver2", version.toString()));
    assertThat(response.status()).isEqualTo(400);
    assertThat(Json.message(response)).contains(words).contains("'" + value + "'");
  }

  @Test
  void refusesThemForAServiceWithoutVersions() {
    var payload = Payloads.aks("svc", Payloads.image("a.py"));
    ((ObjectNode) payload.path("properties")).put("gatehouse.mirror", "5");
    var response = world.send("POST", "/services", payload.toString());
    assertThat(response.status()).isEqualTo(400);
    assertThat(Json.message(response))
        .contains("The property 'gatehouse.mirror' is one of a version of an endpoint");
  }

  /** The sentence of a refusal. */
  private static final class Json {
    static String message(dev.gatehouse.server.rest.Response response) {
      return dev.gatehouse.server.rest.Json.parse(Requests.text(response))
          .path("message")
          .asString("");
    }
  }
}
