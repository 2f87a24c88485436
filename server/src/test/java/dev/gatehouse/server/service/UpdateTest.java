package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Access;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.service.driver.Load;
import dev.gatehouse.server.service.driver.Program;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Every field that clients change (PROTOCOL.md 9.5), one at a time. */
class UpdateTest {
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

  private void create(String kind) {
    var image = Payloads.image("a.py", "own:1");
    var payload =
        switch (kind) {
          case "ACI" -> Payloads.aci("svc", image);
          case "TLS" -> Payloads.tls(Payloads.aci("svc", image), "a.contoso.com", "GOOD", "KEY");
          case "AKS" -> Payloads.aks("svc", image);
          default -> Payloads.endpoint("svc", "ver1", null);
        };
    world.settle("POST", "/services", payload.toString());
  }

  private void change(String... triples) {
    JsonNode done = world.settle("PATCH", "/services/svc", Payloads.patch(triples));
    assertThat(done.path("state").asString("")).as(done.toString()).isEqualTo("Succeeded");
  }

  private ServiceRoute route() {
    return world.route("svc");
  }

  private Load lastStart() {
    return world.driver.started.getLast();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "AKS|/kvTags|{\"a\":\"b\"}",
        "AKS|/description|\"words\"",
        "AKS|/properties/own.key|\"value\"",
        "AKS|/authEnabled|false",
        "AKS|/aadAuthEnabled|true",
        "AKS|/appInsightsEnabled|true",
        "AKS|/sslEnabled|false",
        "AKS|/numReplicas|3",
        "AKS|/autoScaler/autoscaleEnabled|true",
        "AKS|/autoScaler/minReplicas|2",
        "AKS|/autoScaler/maxReplicas|5",
        "AKS|/autoScaler/targetUtilization|50",
        "AKS|/autoScaler/refreshPeriodInSeconds|4",
        "AKS|/containerResourceRequirements/cpu|0.5",
        "AKS|/containerResourceRequirements/cpuLimit|2",
        "AKS|/containerResourceRequirements/memoryInGB|0.75",
        "AKS|/containerResourceRequirements/memoryInGBLimit|2",
        "AKS|/containerResourceRequirements/gpu|1",
        "AKS|/livenessProbeRequirements/periodSeconds|11",
        "AKS|/livenessProbeRequirements/initialDelaySeconds|12",
        "AKS|/livenessProbeRequirements/timeoutSeconds|13",
        "AKS|/livenessProbeRequirements/successThreshold|14",
        "AKS|/livenessProbeRequirements/failureThreshold|15",
        "AKS|/dataCollection/storageEnabled|true",
        "AKS|/scoringTimeoutMs|7000",
        "AKS|/maxConcurrentRequestsPerContainer|4",
        "AKS|/maxQueueWaitMs|900",
        "AKS|/namespace|\"teams\"",
        "ACI|/kvTags|{\"a\":\"b\"}",
        "ACI|/description|\"words\"",
        "ACI|/properties/own.key|\"value\"",
        "ACI|/authEnabled|true",
        "ACI|/appInsightsEnabled|true",
        "ACI|/containerResourceRequirements/cpu|0.5",
        "ACI|/containerResourceRequirements/memoryInGB|0.75",
        "ACI|/dataCollection/storageEnabled|true",
        "TLS|/sslEnabled|false",
        "AKSENDPOINT|/kvTags|{\"a\":\"b\"}",
        "AKSENDPOINT|/description|\"words\"",
        "AKSENDPOINT|/properties/own.key|\"value\"",
        "AKSENDPOINT|/authEnabled|false",
        "AKSENDPOINT|/aadAuthEnabled|true",
        "AKSENDPOINT|/appInsightsEnabled|true",
        "AKSENDPOINT|/namespace|\"teams\"",
        "AKSENDPOINT|/versions/ver1/kvTags|{\"a\":\"b\"}",
        "AKSENDPOINT|/versions/ver1/description|\"words\"",
        "AKSENDPOINT|/versions/ver1/appInsightsEnabled|true",
        "AKSENDPOINT|/versions/ver1/trafficPercentile|40",
        "AKSENDPOINT|/versions/ver1/type|\"Treatment\"",
        "AKSENDPOINT|/versions/ver1/numReplicas|3",
        "AKSENDPOINT|/versions/ver1/autoScaler/maxReplicas|7",
        "AKSENDPOINT|/versions/ver1/containerResourceRequirements/cpu|0.5",
        "AKSENDPOINT|/versions/ver1/livenessProbeRequirements/periodSeconds|11",
        "AKSENDPOINT|/versions/ver1/dataCollection/storageEnabled|true",
        "AKSENDPOINT|/versions/ver1/scoringTimeoutMs|7000",
        "AKSENDPOINT|/versions/ver1/maxConcurrentRequestsPerContainer|4",
        "AKSENDPOINT|/versions/ver1/maxQueueWaitMs|900",
      })
  void isStoredAndShown(String kind, String path, String value) {
    create(kind);
    change("replace", path, value);
    JsonNode seen = world.service("svc").at(path);
    assertThat(seen.toString()).isEqualTo(value);
    assertThat(world.service("svc").path("state").asString("")).isEqualTo("Healthy");
  }

  @Test
  void admissionTakesEffectInTheGateway() {
    create("AKS");
    assertThat(route().access()).isInstanceOf(Access.Keys.class);
    change("replace", "/authEnabled", "false");
    assertThat(route().access()).isInstanceOf(Access.Open.class);
    change("replace", "/aadAuthEnabled", "true");
    assertThat(route().access()).isInstanceOf(Access.Tokens.class);
  }

  @Test
  void limitsTakeEffectInTheGateway() {
    create("AKS");
    change(
        "replace",
        "/scoringTimeoutMs",
        "7000",
        "replace",
        "/maxConcurrentRequestsPerContainer",
        "4",
        "replace",
        "/maxQueueWaitMs",
        "900");
    assertThat(route().versions().getFirst().limits())
        .isEqualTo(new Version.Limits(4, Duration.ofMillis(900), Duration.ofMillis(7000)));
    assertThat(lastStart().scale().concurrent()).isEqualTo(4);
    assertThat(lastStart().scale().scoringTimeout()).isEqualTo(Duration.ofMillis(7000));
  }

  @Test
  void replicasMemoryAndCodeReachWhatRunsThem() {
    create("AKS");
    change("replace", "/numReplicas", "3");
    assertThat(((Backend.Replicas) route().versions().getFirst().backend()).sockets()).hasSize(3);
    change("replace", "/containerResourceRequirements/memoryInGB", "2");
    assertThat(lastStart().scale().memoryBytes()).isEqualTo(2L << 30);
    var image = Payloads.image("b.py", "sk:1");
    ((tools.jackson.databind.node.ObjectNode)
            image.path("environment").path("environmentVariables"))
        .put("WHO", "me");
    change("replace", "/environmentImageRequest", image.toString());
    assertThat(lastStart().models()).extracting(Load.LoadedModel::name).containsExactly("sk");
    assertThat(((Program.Script) lastStart().program()).variable("WHO")).hasValue("me");
    assertThat(world.service("svc").at("/environmentImageRequest/modelIds/0").asString(""))
        .isEqualTo("sk:1");
  }

  @Test
  void autoscaleTakesTheLeastNumberAtOnce() {
    create("AKS");
    change(
        "replace",
        "/autoScaler/autoscaleEnabled",
        "true",
        "replace",
        "/autoScaler/minReplicas",
        "2");
    assertThat(((Backend.Replicas) route().versions().getFirst().backend()).sockets()).hasSize(2);
    assertThat(world.service("svc").path("numReplicas").isNull()).isTrue();
  }

  @Test
  void tlsOfAContainerTakesNameCertificateAndKeyTogether() {
    create("TLS");
    change(
        "replace",
        "/cname",
        "\"b.contoso.com\"",
        "replace",
        "/sslCertificate",
        "\"GOOD2\"",
        "replace",
        "/sslKey",
        "\"KEY\"");
    assertThat(world.certificates).contains("install b.contoso.com");
    assertThat(world.service("svc").path("scoringUri").asString(""))
        .startsWith("https://b.contoso.com");
    assertThat(world.service("svc").path("sslKey").isNull()).isTrue();
    change("replace", "/sslEnabled", "false");
    assertThat(world.service("svc").path("scoringUri").asString("")).startsWith("http://");
  }

  @Test
  void anImageIsRefusedWithWords() {
    create("AKS");
    var refused =
        world.send("PATCH", "/services/svc", Payloads.patch("replace", "/imageId", "\"img:1\""));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Json.parse(Requests.text(refused)).path("message").asString(""))
        .contains("'/imageId' cannot be changed");
  }
}
