package dev.gatehouse.server.service.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.service.Payloads;
import dev.gatehouse.server.service.definition.AksEndpoint;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.state.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Roll-outs by a clock that the test moves. */
class RampsTest {
  private static final Duration STEP = Duration.ofMinutes(5);
  private static final String ID = "s1";

  @TempDir Path folder;
  private Database database;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<Alert> alerts = new ArrayList<>();
  private final Place site = new Place();
  private Ramps ramps;

  /** A service with counts that the test sets. */
  private static final class Place implements Site {
    AksEndpoint deployed;
    boolean changing;
    int published;
    Map<String, Integer> adopted = Map.of();
    final Map<String, Tally.Counts> counts = new HashMap<>();

    /** So many more of them. */
    void asked(long good, long bad, long slow) {
      var before = counts.getOrDefault("ver2", Tally.Counts.NONE);
      counts.put(
          "ver2",
          new Tally.Counts(
              List.of(0L, before.classes().get(1) + good, 0L, 0L, before.classes().get(4) + bad),
              before.buckets(),
              0,
              before.model(),
              before.slow() + slow));
    }

    @Override
    public Map<String, Tally.Counts> counts(String serviceId) {
      return counts;
    }

    @Override
    public Optional<AksEndpoint> running(String serviceId) {
      return Optional.ofNullable(deployed);
    }

    @Override
    public void publish(String serviceId) {
      published++;
    }

    @Override
    public boolean adopt(String serviceId, AksEndpoint from, Map<String, Integer> shares) {
      if (changing) {
        return false;
      }
      adopted = shares;
      var document = from.document().deepCopy();
      shares.forEach((version, share) ->
          ((ObjectNode) document.path("versions").path(version)).put("trafficPercentile", share));
      deployed = (AksEndpoint) Definition.check(document);
      return true;
    }
  }

  @BeforeEach
  void open() {
    database = Database.open(folder.resolve("state.db"));
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO service (id, workspace_id, name, wanted, instances, state, keys_sealed, created_at,"
                    + " updated_at) VALUES ('s1', 'w', 'ep1', '{}', '{}', 'Healthy', x'00', '', '')"));
    ramps = started();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Ramps started() {
    return new Ramps(new RampStore(database), (InstantSource) () -> now, alerts::add);
  }

  private static AksEndpoint endpoint(String script, String... properties) {
    var document = Payloads.endpoint("ep1", "ver1", null);
    var second = Payloads.aks("ver2", Payloads.image(script)).put("trafficPercentile", 0);
    var all = (ObjectNode) second.path("properties");
    all.put("gatehouse.rollout.steps", "5,25,100").put("gatehouse.rollout.max-p99", "800ms");
    for (int i = 0; i < properties.length; i += 2) {
      all.put(properties[i], properties[i + 1]);
    }
    ((ObjectNode) document.path("versions")).set("ver2", second);
    return (AksEndpoint) Definition.check(document);
  }

  private void deploy(AksEndpoint definition) {
    site.deployed = definition;
    ramps.deployed(site, ID, definition, false);
  }

  private String traffic() {
    return ramps.shares(ID, site.deployed).toString();
  }

  private void after(Duration time) {
    now = now.plus(time);
    ramps.look(site);
  }

  private String state() {
    return ramps.of(site, ID, site.deployed).get("ver2").ramp().state().word();
  }

  private String why() {
    return ramps.of(site, ID, site.deployed).get("ver2").ramp().why();
  }

  @Test
  void goesUpInStepsAndKeepsTheTrafficAtTheEnd() {
    deploy(endpoint("a.py"));
    assertThat(traffic()).isEqualTo("{ver1=95, ver2=5}");
    site.asked(200, 1, 1);
    after(STEP.minusMillis(1));
    assertThat(traffic()).isEqualTo("{ver1=95, ver2=5}");
    after(Duration.ofMillis(1));
    assertThat(traffic()).isEqualTo("{ver1=75, ver2=25}");
    site.asked(200, 4, 2);
    after(STEP);
    assertThat(traffic()).isEqualTo("{ver1=0, ver2=100}");
    site.asked(200, 0, 0);
    after(STEP);
    assertThat(state()).isEqualTo("Completed");
    assertThat(site.adopted).isEqualTo(Map.of("ver1", 0, "ver2", 100));
    assertThat(traffic()).isEqualTo("{ver1=0, ver2=100}");
    assertThat(alerts).isEmpty();
    ramps.deployed(site, ID, site.deployed, false);
    assertThat(state()).isEqualTo("Completed");
  }

  @Test
  void returnsAtOnceWhenTooManyFail() {
    deploy(endpoint("a.py"));
    site.asked(200, 4, 0);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Rolling");
    site.asked(0, 1, 0);
    after(Duration.ofSeconds(1));
    assertThat(traffic()).isEqualTo("{ver1=100, ver2=0}");
    assertThat(state()).isEqualTo("Returned");
    assertThat(why()).isEqualTo("5 of 205 requests failed; at most 2 % may");
    assertThat(alerts)
        .singleElement()
        .isEqualTo(
            new Alert(
                now,
                Alert.Kind.ROLLOUT_RETURNED,
                "ep1",
                "Version ver2 has lost the 5 % of the traffic that its roll-out gave it:"
                    + " 5 of 205 requests failed; at most 2 % may."));
    site.asked(0, 50, 0);
    after(STEP);
    assertThat(alerts).hasSize(1);
  }

  @Test
  void returnsWhenMoreThanOneInAHundredIsTooSlow() {
    deploy(endpoint("a.py"));
    site.asked(300, 0, 3);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Rolling");
    site.asked(1, 0, 1);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Returned");
    assertThat(why()).isEqualTo("4 of 301 requests took longer than 800 ms; at most 1 % may");
  }

  @Test
  void returnsBeforeTheLeastNumberWhenNoNumberOfGoodAnswersCouldHelp() {
    deploy(endpoint("a.py"));
    site.asked(0, 2, 0);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Rolling");
    site.asked(0, 1, 0);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Returned");
  }

  @Test
  void waitsForTheLeastNumberOfRequestsAndSaysSoOnce() {
    deploy(endpoint("a.py"));
    site.asked(99, 0, 0);
    after(STEP.multipliedBy(10));
    assertThat(alerts).isEmpty();
    after(Duration.ofSeconds(1));
    after(Duration.ofSeconds(1));
    assertThat(alerts).singleElement().extracting(Alert::kind).isEqualTo(Alert.Kind.ROLLOUT_WAITS);
    assertThat(traffic()).isEqualTo("{ver1=95, ver2=5}");
    site.asked(1, 0, 0);
    after(Duration.ofSeconds(1));
    assertThat(traffic()).isEqualTo("{ver1=75, ver2=25}");
  }

  @Test
  void judgesEachStepByItself() {
    deploy(endpoint("a.py"));
    site.asked(1_000, 19, 0);
    after(STEP);
    site.asked(100, 2, 0);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Rolling");
    site.asked(0, 1, 0);
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Returned");
  }

  @Test
  void aRestartTakesItsStepUpAnewOnceTheServiceRuns() {
    deploy(endpoint("a.py"));
    site.asked(200, 0, 0);
    after(STEP);
    ramps = started();
    site.counts.clear();
    ramps.resume(ID, site.deployed);
    assertThat(traffic()).isEqualTo("{ver1=75, ver2=25}");
    // What is answered while nothing runs is not the version's fault.
    site.asked(0, 50, 0);
    after(STEP);
    assertThat(state()).isEqualTo("Rolling");
    ramps.deployed(site, ID, site.deployed, false);
    site.asked(200, 0, 0);
    after(STEP.minusMillis(1));
    assertThat(traffic()).isEqualTo("{ver1=75, ver2=25}");
    after(Duration.ofMillis(1));
    assertThat(traffic()).isEqualTo("{ver1=0, ver2=100}");
  }

  @Test
  void aFinishedRolloutIsNotBegunAgainByARestartButByOtherCode() {
    deploy(endpoint("a.py"));
    site.asked(0, 9, 0);
    after(Duration.ofSeconds(1));
    ramps = started();
    ramps.resume(ID, site.deployed);
    ramps.deployed(site, ID, site.deployed, false);
    assertThat(state()).isEqualTo("Returned");
    assertThat(traffic()).isEqualTo("{ver1=100, ver2=0}");
    deploy(endpoint("b.py"));
    assertThat(state()).isEqualTo("Rolling");
    assertThat(traffic()).isEqualTo("{ver1=95, ver2=5}");
  }

  @Test
  void anUpdateOfTheTrafficWinsAndOneOfOtherThingsDoesNot() {
    deploy(endpoint("a.py"));
    var words = site.deployed.document().deepCopy().put("description", "words");
    deploy((AksEndpoint) Definition.check(words));
    assertThat(traffic()).isEqualTo("{ver1=95, ver2=5}");
    ((ObjectNode) words.path("versions").path("ver2")).put("trafficPercentile", 40);
    deploy((AksEndpoint) Definition.check(words));
    assertThat(traffic()).isEqualTo("{ver1=60, ver2=40}");
    assertThat(state() + ": " + why()).isEqualTo("Ended: an update set the traffic");
  }

  @Test
  void anUpdateThatNamesTheTrafficWinsEvenIfItLeavesItAsItWas() {
    deploy(endpoint("a.py"));
    int before = site.published;
    ramps.deployed(site, ID, site.deployed, true);
    assertThat(traffic()).isEqualTo("{ver1=100, ver2=0}");
    assertThat(state()).isEqualTo("Ended");
    assertThat(site.published).isGreaterThan(before);
  }

  @Test
  void waitsWithItsEndWhileSomethingElseChangesTheService() {
    deploy(endpoint("a.py", "gatehouse.rollout.steps", "50"));
    site.asked(200, 0, 0);
    site.changing = true;
    after(STEP);
    assertThat(state()).isEqualTo("Rolling");
    assertThat(traffic()).isEqualTo("{ver1=50, ver2=50}");
    site.changing = false;
    after(Duration.ofSeconds(1));
    assertThat(state()).isEqualTo("Completed");
  }

  @Test
  void theOthersShareTheRestAsTheyDidBefore() {
    var document = endpoint("a.py").document().deepCopy();
    var third = Payloads.aks("ver3", Payloads.image("c.py")).put("trafficPercentile", 33);
    ((ObjectNode) document.path("versions")).set("ver3", third);
    deploy((AksEndpoint) Definition.check(document));
    assertThat(traffic()).isEqualTo("{ver1=64, ver2=5, ver3=31}");
  }

  @Test
  void theDefaultVersionIsNotRolledOut() {
    var document = endpoint("a.py").document().deepCopy();
    ((ObjectNode) document.path("versions").path("ver1")).put("isDefault", false);
    ((ObjectNode) document.path("versions").path("ver1")).put("trafficPercentile", 30);
    ((ObjectNode) document.path("versions").path("ver2")).put("isDefault", true);
    deploy((AksEndpoint) Definition.check(document));
    assertThat(traffic()).isEqualTo("{ver1=30, ver2=70}");
    assertThat(why()).isEqualTo("the default version is not rolled out");
  }

  @Test
  void aRemovedVersionTakesItsRolloutAlong() {
    deploy(endpoint("a.py"));
    var document = site.deployed.document().deepCopy();
    ((ObjectNode) document.path("versions")).remove("ver2");
    deploy((AksEndpoint) Definition.check(document));
    assertThat(traffic()).isEqualTo("{ver1=100}");
    deploy(endpoint("a.py"));
    assertThat(state()).isEqualTo("Rolling");
  }
}
