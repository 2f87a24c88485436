package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final String WORKSPACE =
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
  private static final String MODELS = "/modelmanagement/v1.0" + WORKSPACE;

  @TempDir Path folder;
  private FakeServer server;
  private Cli cli;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer(folder);
    cli = new Cli(server.home, Map.of());
    Path files = Files.createDirectory(server.home.resolve("demo"));
    try (var list = Files.list(Path.of("../demo"))) {
      for (Path file : list.filter(Files::isRegularFile).toList()) {
        Files.copy(file, files.resolve(file.getFileName()));
      }
    }
    String base = server.base();
    String scoring = "https://" + FakeServer.HOST + base.substring(base.lastIndexOf(':'));
    String upload = "{\"contentUri\":\"%s/blob\"}".formatted(base);
    server
        .on(
            "GET " + WORKSPACE,
            "{\"id\":\"%s\",\"location\":\"local\",\"properties\":{\"discoveryUrl\":\"%s/discovery\"}}"
                .formatted(WORKSPACE, base))
        .on(
            "GET /discovery",
            "{\"api\":\"%1$s\",\"history\":\"%1$s\",\"modelmanagement\":\"%1$s\"}".formatted(base))
        .on(
            "POST /artifact/v2.0" + WORKSPACE + "/artifacts/batch/metadata/LocalUpload/*",
            "{\"artifactContentInformation\":{\"ridge.onnx\":%1$s,\"iris.joblib\":%1$s,\"score.py\":%1$s}}"
                .formatted(upload))
        .on("PUT /blob", "")
        .on("POST " + MODELS + "/assets", "{\"id\":\"a\"}")
        .on("POST " + MODELS + "/models", "{\"id\":\"m:1\"}")
        .on("PUT " + WORKSPACE + "/computes/demo", "{}")
        .on("GET /computeOperation", "{\"status\":\"Succeeded\"}")
        .on(
            "GET /rp/workspaces" + WORKSPACE + "/computes/demo",
            "{\"properties\":{\"properties\":{\"sslConfiguration\":{\"cname\":\"%s\"}}}}"
                .formatted(FakeServer.HOST))
        .on("POST " + MODELS + "/services", "{}")
        .on("GET " + MODELS + "/operations/o1", "{\"state\":\"Succeeded\"}");
    var expected = Wire.parse(Files.readString(Path.of("../demo/expected.json")));
    Map.of("diabetes", "ridge", "iris", "iris")
        .forEach((service, model) ->
            server
                .on(
                    "GET " + MODELS + "/services/" + service,
                    "{\"scoringUri\":\"%s/%s\"}".formatted(scoring, service))
                .on(
                    "POST " + MODELS + "/services/" + service + "/listkeys",
                    "{\"primaryKey\":\"k\"}")
                .on("POST /" + service, "{\"out\":" + expected.path(model).path("answer") + "}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Cli.Ran demo() {
    return cli.run("demo", "--once", "--data", server.data.toString());
  }

  @Test
  void endsWithTheAddressTheCertificateAndALineToPaste() {
    var ran = demo();
    assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.out())
        .contains("ok     start Gatehouse")
        .contains(FakeServer.HOST + ", issued by CN=test, 89 days left")
        .contains(
            "curl --cacert '" + server.home.resolve("ca.pem") + "' --resolve '" + FakeServer.HOST)
        .endsWith("Stopped.\n");
    assertThat(server.data.resolve("status.json")).doesNotExist();
  }

  @Test
  void sendsTheEntryScriptWithItsEnvironment() {
    demo();
    String deployed =
        server.calls.stream()
            .filter(call -> call.startsWith("POST " + MODELS + "/services "))
            .toList()
            .getLast();
    var image =
        Wire.parse(deployed.substring(deployed.indexOf('{'))).path("environmentImageRequest");
    assertThat(image.path("assets").path(0).path("url").asString())
        .matches("aml://artifact/LocalUpload/.*/score.py");
    assertThat(image.path("environment").toString())
        .contains("scikit-learn==")
        .contains("score.py");
  }

  @Test
  void failsWhenAModelAnswersWrong() {
    server.on("POST /iris", "{\"out\":[[1,0,0],[0,1,0],[0,0,1]]}");
    var ran = demo();
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err()).contains("The model must answer").contains("[[1,0,0]");
    assertThat(ran.out()).contains("FAILED score");
    assertThat(server.data.resolve("status.json")).doesNotExist();
  }

  @Test
  void failsWithTheCauseOfADeployment() {
    server.on(
        "GET " + MODELS + "/operations/o1",
        "{\"state\":\"Failed\",\"error\":{\"message\":\"no such pin\"}}");
    var ran = demo();
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err()).contains("deploying the service 'diabetes' failed: no such pin");
  }

  @Test
  void waitsForWhatTheServerIsStillDoingButForNothingElse() {
    server.refuseOnce("POST " + MODELS + "/services", "OperationInProgress");
    assertThat(demo().code()).isZero();
    server.refuseOnce("POST " + MODELS + "/services", "NameTaken");
    assertThat(demo().err()).isEqualTo("gatehouse: not now\n");
  }

  @Test
  void doesNotTakeOverARunningDemo() {
    cli.run("up", "--detach", "--data", server.data.toString());
    var ran = demo();
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.err()).contains("runs already").contains("./gatehouse down --data");
    cli.run("down", "--data", server.data.toString());
  }
}
