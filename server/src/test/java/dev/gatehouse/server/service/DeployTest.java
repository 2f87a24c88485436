package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Access;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.onnx.Batching;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.service.driver.Program;
import dev.gatehouse.server.service.driver.StartFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DeployTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private static String aks(String name) {
    return Payloads.aks(name, Payloads.image("score.py", "sk:1")).toString();
  }

  @Test
  void servesAfterTheReplicasAreReady() {
    JsonNode operation = world.settle("POST", "/services", aks("diabetes"));
    assertThat(operation.path("state").asString()).isEqualTo("Succeeded");
    assertThat(operation.path("streamingOperationLog").asString())
        .matches("\\d{14}\\|Preparing version diabetes#.*#\\d{14}\\|The service is healthy");
    JsonNode service = world.service("diabetes");
    assertThat(service.path("state").asString()).isEqualTo("Healthy");
    assertThat(service.path("scoringUri").asString())
        .isEqualTo("http://127.0.0.1:8080/api/v1/service/diabetes/score");
    assertThat(service.path("models").path(0).path("id").asString()).isEqualTo("sk:1");
    assertThat(world.route("diabetes").versions().getFirst().backend())
        .isInstanceOf(Backend.Replicas.class);
    assertThat(world.route("diabetes").access()).isInstanceOf(Access.Keys.class);
  }

  @Test
  void isReadableButNotReachableWhileItStarts() {
    world.driver.gate = new CountDownLatch(1);
    world.send("POST", "/services", aks("slow"));
    JsonNode service = world.service("slow");
    assertThat(service.path("state").asString()).isEqualTo("Transitioning");
    assertThat(service.path("scoringUri").isNull()).isTrue();
    assertThat(world.routes()).isEmpty();
  }

  @Test
  void repeatedRequestGetsTheSameOperation() {
    world.driver.gate = new CountDownLatch(1);
    String first = world.json("POST", "/services", aks("twice")).path("operationId").asString();
    String second = world.json("POST", "/services", aks("twice")).path("operationId").asString();
    assertThat(second).isEqualTo(first);
  }

  @Test
  void reportsTheCauseOfAFailedStart() {
    world.driver.failure =
        new StartFailure(
            StartFailure.Step.START,
            "RuntimeError: no model",
            List.of("Traceback", "RuntimeError"));
    JsonNode operation = world.settle("POST", "/services", aks("broken"));
    assertThat(operation.path("state").asString()).isEqualTo("Failed");
    assertThat(operation.path("error").path("message").asString())
        .contains("'broken' did not start: RuntimeError: no model", "Traceback\nRuntimeError");
    JsonNode service = world.service("broken");
    assertThat(service.path("state").asString()).isEqualTo("Failed");
    assertThat(service.path("scoringUri").isNull()).isTrue();
    assertThat(world.json("GET", "/services/broken/logs?tail=5&init=False", "").path("content"))
        .hasToString("\"log of broken\"");
  }

  @Test
  void namesTheStepWhenTheEnvironmentFails() {
    world.driver.failure =
        new StartFailure(StartFailure.Step.ENVIRONMENT, "no package nosuch", List.of());
    JsonNode operation = world.settle("POST", "/services", aks("broken"));
    assertThat(operation.path("operationDetails").path("subOperationType").asString())
        .isEqualTo("BuildEnvironment");
    String log = operation.path("operationLog").asString();
    assertThat(Requests.text(world.sendTo(log))).contains("Failed: no package nosuch");
  }

  @Test
  void updateSwitchesBeforeTheOldOneEnds() {
    world.settle("POST", "/services", aks("svc"));
    Backend old = world.route("svc").versions().getFirst().backend();
    world.driver.gate = new CountDownLatch(1);
    world.send("PATCH", "/services/svc", Payloads.patch("replace", "/numReplicas", "2"));
    World.await(() -> world.driver.started.size() == 2);
    assertThat(world.route("svc").versions().getFirst().backend()).isEqualTo(old);
    assertThat(world.driver.stopped).isEmpty();
    world.driver.gate.countDown();
    World.await(() -> !world.driver.stopped.isEmpty());
    assertThat(world.route("svc").versions().getFirst().backend()).isNotEqualTo(old);
    assertThat(world.driver.started.get(1).scale().replicas()).isEqualTo(2);
  }

  @Test
  void changeOfWordsRestartsNothing() {
    world.settle("POST", "/services", aks("svc"));
    world.settle(
        "PATCH",
        "/services/svc",
        Payloads.patch(
            "replace",
            "/kvTags",
            "{\"u\":\"1\"}",
            "replace",
            "/description",
            "\"upd\"",
            "add",
            "/properties/a/b",
            "\"x\"",
            "replace",
            "/maxQueueWaitMs",
            "900"));
    assertThat(world.driver.started).hasSize(1);
    JsonNode service = world.service("svc");
    assertThat(service.path("description").asString()).isEqualTo("upd");
    assertThat(service.path("properties").path("a/b").asString()).isEqualTo("x");
    assertThat(world.route("svc").versions().getFirst().limits().queueWait()).hasMillis(900);
  }

  @Test
  void failedUpdateLeavesEverythingAsItWas() {
    world.settle("POST", "/services", aks("svc"));
    var route = world.route("svc");
    world.driver.failure = new StartFailure(StartFailure.Step.START, "boom", List.of());
    JsonNode operation =
        world.settle("PATCH", "/services/svc", Payloads.patch("replace", "/numReplicas", "2"));
    assertThat(operation.path("state").asString()).isEqualTo("Failed");
    JsonNode service = world.service("svc");
    assertThat(service.path("numReplicas").asInt()).isEqualTo(1);
    assertThat(service.path("state").asString()).isEqualTo("Healthy");
    assertThat(service.path("error").path("message").asString()).contains("boom");
    assertThat(world.route("svc")).isEqualTo(route);
    assertThat(world.driver.stopped).isEmpty();
  }

  @Test
  void overwriteIsAnUpdateOfTheSameService() {
    world.settle("POST", "/services", aks("svc"));
    String id = world.route("svc").id();
    assertThat(world.send("POST", "/services", aks("svc")).status()).isEqualTo(409);
    var again = Payloads.aks("svc", Payloads.image("score2.py", "sk:1")).put("overwrite", true);
    world.settle("POST", "/services", again.toString());
    assertThat(world.route("svc").id()).isEqualTo(id);
    assertThat(world.driver.started).hasSize(2);
  }

  @Test
  void deleteWithdrawsAndEnds() {
    world.settle("POST", "/services", aks("svc"));
    world.settle("DELETE", "/services/svc", "");
    assertThat(world.routes()).isEmpty();
    assertThat(world.send("GET", "/services/svc", "").status()).isEqualTo(404);
    assertThat(world.send("DELETE", "/services/svc", "").status()).isEqualTo(204);
    World.await(() -> world.driver.forgotten.size() == 1 && world.driver.stopped.size() == 1);
  }

  @Test
  void refusesASecondOperation() {
    world.settle("POST", "/services", aks("svc"));
    world.driver.gate = new CountDownLatch(1);
    world.send("PATCH", "/services/svc", Payloads.patch("replace", "/numReplicas", "2"));
    var again = Payloads.patch("replace", "/numReplicas", "3");
    var refused = world.send("PATCH", "/services/svc", again);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(Requests.text(refused)).contains("under way on 'svc'");
  }

  @Test
  void modelsWithoutCodeGetTheProgramOfTheirFramework() {
    world.settle("POST", "/services", Payloads.aci("ncs", Payloads.noCode("sk:1")).toString());
    world.settle("POST", "/services", Payloads.aci("nco", Payloads.noCode("net:2")).toString());
    assertThat(world.driver.started.get(0).program()).isEqualTo(new Program.ScikitLearn("1.5.2"));
    assertThat(world.driver.started.get(1).program()).isEqualTo(new Program.Onnx(Optional.empty()));
    var refused =
        world.send("POST", "/services", Payloads.aci("nct", Payloads.noCode("tf:1")).toString());
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("TensorFlow", "deploy it with an entry script");
  }

  @Test
  void joinsRequestsToAnOnnxModelWhereItsPropertiesSaySo() {
    var wanted = Payloads.aci("bat", Payloads.noCode("net:2"));
    wanted
        .putObject("properties")
        .put("gatehouse.batch.max", "16")
        .put("gatehouse.batch.wait", "3ms");
    world.settle("POST", "/services", wanted.toString());
    assertThat(world.driver.started.getFirst().program())
        .isEqualTo(new Program.Onnx(Optional.of(new Batching(16, Duration.ofMillis(3)))));
    wanted.put("name", "bad").putObject("properties").put("gatehouse.batch.max", "many");
    assertThat(Requests.text(world.send("POST", "/services", wanted.toString())))
        .contains(
            "'gatehouse.batch.max' is 'many' (expected: the most rows of one run, such as 16)");
    var other = Payloads.aci("other", Payloads.noCode("sk:1"));
    other.putObject("properties").put("gatehouse.batch.max", "16");
    assertThat(Requests.text(world.send("POST", "/services", other.toString())))
        .contains("are for ONNX models without an inference config");
    var version = Payloads.endpoint("ep1", "ver1", null);
    var ver1 = (tools.jackson.databind.node.ObjectNode) version.path("versions").path("ver1");
    ver1.set("environmentImageRequest", Payloads.noCode("net:2"));
    ver1.putObject("properties").put("gatehouse.batch.max", "8");
    world.settle("POST", "/services", version.toString());
    assertThat(world.driver.started.getLast().program())
        .isEqualTo(new Program.Onnx(Optional.of(new Batching(8, Duration.ofMillis(2)))));
  }

  @Test
  void refusesWhatIsNotThere() {
    var noModel = Payloads.aks("svc", Payloads.image("score.py", "nope:1"));
    assertThat(world.send("POST", "/services", noModel.toString()).status()).isEqualTo(404);
    var noTarget = Payloads.aks("svc", Payloads.image("score.py")).put("computeName", "aks9");
    assertThat(Requests.text(world.send("POST", "/services", noTarget.toString())))
        .contains("no compute target 'aks9'");
    var noCode = Payloads.aks("svc", Payloads.image("score.py"));
    ((tools.jackson.databind.node.ObjectNode)
            noCode.path("environmentImageRequest").path("assets").path(0))
        .put("url", "aml://artifact/LocalUpload/c1/missing.py");
    assertThat(Requests.text(world.send("POST", "/services", noCode.toString())))
        .contains("missing.py", "has not been uploaded");
    assertThat(world.json("GET", "/services", "").path("value")).isEmpty();
  }

  @Test
  void tellsWhoUsesModelsAndTargets() {
    world.settle("POST", "/services", aks("svc"));
    assertThat(world.services.modelUse().users(world.workspace, "sk:1")).containsExactly("svc");
    assertThat(world.services.modelUse().users(world.workspace, "sk:2")).isEmpty();
    assertThat(world.services.computeUse().users(world.workspace, "AKS1")).containsExactly("svc");
    assertThat(world.services.names(world.workspace)).containsExactly("svc");
  }

  @Test
  void propertyKeepsAServiceOnPlainHttp() {
    world.publication.listen(
        "target1", new dev.gatehouse.server.routing.Publication.Listener("a.example", null));
    var plain = Payloads.aks("plain", Payloads.image("score.py"));
    ((tools.jackson.databind.node.ObjectNode) plain.path("properties"))
        .put("gatehouse.tls", "disabled");
    world.settle("POST", "/services", plain.toString());
    world.settle("POST", "/services", aks("secure"));
    assertThat(world.service("plain").path("scoringUri").asString()).startsWith("http://");
    assertThat(world.service("secure").path("scoringUri").asString())
        .isEqualTo("https://a.example:8443/api/v1/service/secure/score");
  }
}
