package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Access;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.server.service.driver.StartFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
  @TempDir Path folder;

  private static String aks() {
    return Payloads.aks("svc", Payloads.image("score.py", "sk:1")).toString();
  }

  private static Backend backend(World world) {
    return world.route("svc").versions().getFirst().backend();
  }

  @Test
  void bringsUpWhatServed() throws Exception {
    try (var first = new World(folder)) {
      first.settle("POST", "/services", aks());
    }
    var driver = new FakeDriver();
    driver.gate = new CountDownLatch(1);
    try (var second = new World(folder, driver)) {
      assertThat(backend(second)).isEqualTo(new Backend.Absent("starting"));
      driver.gate.countDown();
      World.await(() -> backend(second) instanceof Backend.Replicas);
      World.await(() -> second.service("svc").path("state").asString("").equals("Healthy"));
    }
  }

  @Test
  void takesUpADeploymentThatACrashInterrupted() throws Exception {
    String operation;
    var stuck = new FakeDriver();
    stuck.gate = new CountDownLatch(1);
    try (var first = new World(folder, stuck)) {
      operation = first.json("POST", "/services", aks()).path("operationId").asString();
      World.await(() -> stuck.started.size() == 1);
    }
    try (var second = new World(folder)) {
      assertThat(second.ended(operation).path("state").asString()).isEqualTo("Succeeded");
      assertThat(second.driver.started.getFirst().instance())
          .isEqualTo(stuck.started.getFirst().instance());
      assertThat(backend(second)).isInstanceOf(Backend.Replicas.class);
    }
  }

  @Test
  void fallsBackToWhatServedWhenAnInterruptedUpdateFails() throws Exception {
    String operation;
    var stuck = new FakeDriver();
    try (var first = new World(folder, stuck)) {
      first.settle("POST", "/services", aks());
      stuck.gate = new CountDownLatch(1);
      operation =
          first
              .json("PATCH", "/services/svc", Payloads.patch("replace", "/numReplicas", "2"))
              .path("operationId")
              .asString();
      World.await(() -> stuck.started.size() == 2);
    }
    var driver = new FakeDriver();
    driver.failsAbove = 1;
    try (var second = new World(folder, driver)) {
      assertThat(second.ended(operation).path("state").asString()).isEqualTo("Failed");
      assertThat(backend(second)).isInstanceOf(Backend.Replicas.class);
      assertThat(second.service("svc").path("numReplicas").asInt()).isEqualTo(1);
    }
  }

  @Test
  void isUnhealthyWhenItDoesNotComeUpAgain() throws Exception {
    try (var first = new World(folder)) {
      first.settle("POST", "/services", aks());
    }
    var driver = new FakeDriver();
    driver.failure = new StartFailure(StartFailure.Step.START, "gone", List.of());
    try (var second = new World(folder, driver)) {
      World.await(() -> second.service("svc").path("state").asString("").equals("Unhealthy"));
      assertThat(second.service("svc").path("error").path("message").asString()).contains("gone");
      assertThat(backend(second)).isInstanceOf(Backend.Absent.class);
    }
  }

  @Test
  void endInTheMiddleOfSeveralVersionsIsNoFailure() throws Exception {
    String operation;
    var first = Payloads.endpoint("epp", "ver1", 50);
    var second = Payloads.aks("ver2", Payloads.image("ver2.py")).put("numReplicas", 2);
    ((tools.jackson.databind.node.ObjectNode) first.path("versions")).set("ver2", second);
    var stuck = new FakeDriver();
    stuck.waitsAbove = 1;
    stuck.gate = new CountDownLatch(1);
    try (var world = new World(folder, stuck)) {
      operation = world.json("POST", "/services", first.toString()).path("operationId").asString();
      World.await(() -> stuck.started.size() == 2);
    }
    try (var world = new World(folder)) {
      assertThat(world.ended(operation).path("state").asString()).isEqualTo("Succeeded");
      assertThat(world.route("epp").versions()).hasSize(2);
      world.services.close();
      assertThat(world.driver.stopped).hasSize(2);
    }
  }

  @Test
  void keysSurviveAndAreSealed() throws Exception {
    String key;
    try (var first = new World(folder)) {
      first.settle("POST", "/services", aks());
      key = first.json("POST", "/services/svc/listkeys", "").path("primaryKey").asString();
      byte[] sealed =
          first
              .database()
              .jdbi()
              .withHandle(
                  h -> h.createQuery("SELECT keys_sealed FROM service").mapTo(byte[].class).one());
      assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1))
          .doesNotContain(key);
    }
    try (var second = new World(folder)) {
      assertThat(((Access.Keys) second.route("svc").access()).primary()).isEqualTo(key);
    }
  }

  /** A second life in which the restoration does not come to its end. */
  private World stuckWorld(FakeDriver driver) throws Exception {
    try (var first = new World(folder)) {
      first.settle("POST", "/services", aks());
    }
    driver.gate = new CountDownLatch(1);
    var second = new World(folder, driver);
    World.await(() -> driver.started.size() == 1);
    return second;
  }

  @Test
  void changeTakesThePlaceOfARestoration() throws Exception {
    var driver = new FakeDriver();
    driver.failsAbove = 1;
    try (var world = stuckWorld(driver)) {
      driver.waitsAbove = 1;
      var patch = Payloads.patch("replace", "/scoringTimeoutMs", "7000");
      assertThat(world.settle("PATCH", "/services/svc", patch).path("state").asString())
          .isEqualTo("Succeeded");
      assertThat(world.route("svc").versions().getFirst().limits().scoringTimeout()).hasSeconds(7);
      assertThat(world.service("svc").path("state").asString()).isEqualTo("Healthy");
    }
  }

  @Test
  void keysCanBeRenewedDuringARestoration() throws Exception {
    var driver = new FakeDriver();
    try (var world = stuckWorld(driver)) {
      driver.waitsAbove = 1;
      var body = "{\"keyType\": \"Primary\", \"keyValue\": \"" + "k".repeat(32) + "\"}";
      world.settle("POST", "/services/svc/regenerateKeys", body);
      assertThat(((Access.Keys) world.route("svc").access()).primary()).startsWith("kkk");
      assertThat(backend(world)).isInstanceOf(Backend.Replicas.class);
    }
  }

  @Test
  void deletionEndsARestorationAndADeployment() throws Exception {
    var driver = new FakeDriver();
    try (var world = stuckWorld(driver)) {
      assertThat(world.settle("DELETE", "/services/svc", "").path("state").asString())
          .isEqualTo("Succeeded");
      String deploy = world.json("POST", "/services", aks()).path("operationId").asString();
      World.await(() -> driver.started.size() == 2);
      world.settle("DELETE", "/services/svc", "");
      assertThat(world.ended(deploy).path("error").path("code").asString())
          .isEqualTo("OperationSuperseded");
      assertThat(world.send("GET", "/services/svc", "").status()).isEqualTo(404);
      assertThat(world.routes()).isEmpty();
    }
  }
}
