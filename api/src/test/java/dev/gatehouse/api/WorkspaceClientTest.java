package dev.gatehouse.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.TestServer.Answer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class WorkspaceClientTest {
  private static final WorkspaceId ID = new WorkspaceId("s", "g", "w");
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
  private static final String MODELS = "/modelmanagement/v1.0" + ID.path();

  @TempDir Path folder;
  private TestServer server;
  private RestClient rest;
  private WorkspaceClient client;

  @BeforeEach
  void open() throws Exception {
    server = new TestServer(folder).withLogin();
    server.on(
        "GET " + ID.path(),
        _ ->
            Answer.ok(
                "{\"id\":\"%s\",\"location\":\"local\",\"properties\":{\"discoveryUrl\":\"%s/discovery\"}}"
                    .formatted(ID.path(), server.base())));
    server.on(
        "GET /discovery",
        _ ->
            Answer.ok(
                "{\"api\":\"%1$s\",\"history\":\"%1$s\",\"modelmanagement\":\"%1$s\"}"
                    .formatted(server.base())));
    rest = new RestClient(Trust.of(server.ca), server.address());
    client =
        WorkspaceClient.open(
            new Session(rest, RestClientTest.credentials("right"), NOW), ID, NOW, new Random(1));
  }

  @AfterEach
  void close() {
    rest.close();
    server.close();
  }

  @Test
  void registersAModelAsTheSdkDoes() throws Exception {
    Path file = Files.writeString(folder.resolve("m.onnx"), "model");
    String container = "260102T030405-%08x".formatted(new Random(1).nextInt());
    server.on(
        "POST /artifact/v2.0" + ID.path() + "/artifacts/batch/metadata/LocalUpload/" + container,
        _ ->
            Answer.ok(
                "{\"artifactContentInformation\":{\"m.onnx\":{\"contentUri\":\"https://s.blob.x@%s/blob/k?sig=1\"}}}"
                    .formatted(server.address())));
    server.on("PUT /blob/k", _ -> new Answer(201, "", Map.of()));
    server.on("POST " + MODELS + "/assets", "{\"id\":\"a1\"}");
    server.on("POST " + MODELS + "/models", "{\"id\":\"m:3\"}");
    assertThat(client.register(new ModelFile("m", "Onnx", file))).isEqualTo("m:3");
    JsonNode sent = Wire.parse(server.calls.getLast().body());
    assertThat(sent.path("url").asString()).isEqualTo("aml://asset/a1");
    assertThat(server.calls)
        .anyMatch(call ->
            call.target().equals("/blob/k?sig=1")
                && call.body().equals("model")
                && !call.headers().containsKey("Authorization"));
  }

  @Test
  void makesAComputeTargetAndFollowsItsOperation() {
    String path = ID.path() + "/computes/demo";
    server.on(
        "PUT " + path,
        _ -> new Answer(201, "{}", Map.of("Azure-AsyncOperation", server.base() + "/op/1")));
    server.on("GET /op/1", "{\"status\":\"Succeeded\"}");
    String operation = client.putCompute("demo", "label");
    assertThat(client.computeOperation(operation)).isEqualTo(new OperationState.Succeeded());
    assertThat(client.compute("demo")).isEmpty();
    server.on("GET /rp/workspaces" + path, "{\"name\":\"demo\"}");
    assertThat(client.compute("demo")).isPresent();
  }

  @Test
  void deploysAServiceAndReadsItsKey() {
    server.on(
        "POST " + MODELS + "/services",
        _ -> new Answer(202, "", Map.of("Operation-Location", "/api/operations/o7")));
    server.on("GET " + MODELS + "/operations/o7", "{\"state\":\"Running\"}");
    server.on(
        "GET " + MODELS + "/services/s1", "{\"state\":\"Healthy\",\"scoringUri\":\"https://a/b\"}");
    server.on("POST " + MODELS + "/services/s1/listkeys", "{\"primaryKey\":\"k\"}");
    String operation = client.deploy(Wire.object().put("name", "s1"));
    assertThat(client.serviceOperation(operation, 5)).isEqualTo(new OperationState.Running(""));
    assertThat(server.calls.getLast().target()).endsWith("/operations/o7?offset=5");
    assertThat(client.service("s1").scoringUri()).contains(URI.create("https://a/b"));
    assertThat(client.service("s1").state()).isEqualTo("Healthy");
    assertThat(client.primaryKey("s1").value()).isEqualTo("k");
  }

  @Test
  void saysWhichHeaderIsMissing() {
    server.on("POST " + MODELS + "/services", "{}");
    assertThatThrownBy(() -> client.deploy(Wire.object()))
        .hasMessageContaining("no header Operation-Location");
  }
}
