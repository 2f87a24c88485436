package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.rest.Requests;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class EndpointTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
    world.settle("POST", "/services", Payloads.endpoint("ep1", "ver1", 20).toString());
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private void addSecond(int percent) {
    var second =
        Payloads.aks("ver2", Payloads.image("ver2.py", "own:1")).put("trafficPercentile", percent);
    world.settle(
        "PATCH", "/services/ep1", Payloads.patch("add", "/versions/ver2", second.toString()));
  }

  private String shares() {
    var text = new StringBuilder();
    for (Version version : world.route("ep1").versions()) {
      text.append(version.name()).append('=').append(version.share()).append(' ');
    }
    return text.toString().strip();
  }

  @Test
  void onlyVersionGetsAllTraffic() {
    assertThat(shares()).isEqualTo("ver1=100");
    JsonNode version = world.service("ep1").path("versions").path("ver1");
    assertThat(version.path("trafficPercentile").asInt()).isEqualTo(20);
    assertThat(version.path("isDefault").asBoolean()).isTrue();
    assertThat(version.path("type").asString()).isEqualTo("Control");
    assertThat(version.path("computeType").asString()).isEqualTo("AKS");
    assertThat(version.path("models").path(0).path("id").asString()).isEqualTo("own:1");
    assertThat(version.path("scoringUri").asString()).endsWith("/service/ep1/score");
  }

  @Test
  void newVersionStartsAloneAndTheDefaultGetsTheRest() {
    addSecond(50);
    assertThat(shares()).isEqualTo("ver1=50 ver2=50");
    assertThat(world.driver.started).hasSize(2);
    assertThat(world.driver.stopped).isEmpty();
  }

  @Test
  void anotherDefaultAndControl() {
    addSecond(50);
    world.settle(
        "PATCH",
        "/services/ep1",
        Payloads.patch(
            "replace",
            "/versions/ver1/isDefault",
            "false",
            "replace",
            "/versions/ver1/type",
            "\"Treatment\"",
            "replace",
            "/versions/ver2/isDefault",
            "true",
            "replace",
            "/versions/ver2/type",
            "\"Control\"",
            "replace",
            "/versions/ver2/trafficPercentile",
            "40",
            "replace",
            "/versions/ver2/description",
            "\"z\""));
    assertThat(shares()).isEqualTo("ver1=20 ver2=80");
    JsonNode versions = world.service("ep1").path("versions");
    assertThat(versions.path("ver2").path("trafficPercentile").asInt()).isEqualTo(40);
    assertThat(versions.path("ver1").path("type").asString()).isEqualTo("Treatment");
    assertThat(world.driver.started).hasSize(2);
  }

  @Test
  void removedVersionEnds() {
    addSecond(50);
    world.settle(
        "PATCH",
        "/services/ep1",
        Payloads.patch(
            "replace",
            "/versions/ver1/isDefault",
            "false",
            "replace",
            "/versions/ver2/isDefault",
            "true",
            "remove",
            "/versions/ver1",
            ""));
    assertThat(shares()).isEqualTo("ver2=100");
    World.await(() -> world.driver.stopped.size() == 1 && world.driver.forgotten.size() == 1);
    assertThat(world.driver.stopped.getFirst()).endsWith("-ver1");
  }

  @Test
  void logsOfAllVersions() {
    addSecond(50);
    assertThat(world.json("GET", "/services/ep1/logs", "").path("content").asString())
        .isEqualTo("=== version ver1\nlog of ver1\n=== version ver2\nlog of ver2");
    assertThat(world.json("GET", "/services/ep1/logs?init=True", "").path("content").asString())
        .contains("Preparing version ver1", "Preparing version ver2");
  }

  @Test
  void refusesWhatLeavesNoDefaultOrTooMuchTraffic() {
    addSecond(50);
    assertThat(refusal("remove", "/versions/ver1", "")).contains("make another one the default");
    assertThat(refusal("remove", "/versions/ver9", "")).contains("no version 'ver9'");
    assertThat(refusal("replace", "/versions/ver2/isDefault", "true")).contains("only one can be");
    assertThat(refusal("replace", "/versions/ver2/trafficPercentile", "101"))
        .contains("from 0 to 100");
    assertThat(refusal("replace", "/versions/ver2/type", "\"Odd\""))
        .contains("Control or Treatment");
    assertThat(refusal("add", "/versions/Ver3", "{}")).contains("'Ver3' cannot be used");
  }

  private String refusal(String op, String path, String value) {
    var response = world.send("PATCH", "/services/ep1", Payloads.patch(op, path, value));
    assertThat(response.status()).isEqualTo(400);
    return Requests.text(response);
  }
}
