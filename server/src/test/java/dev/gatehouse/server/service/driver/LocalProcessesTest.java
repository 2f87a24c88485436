package dev.gatehouse.server.service.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.compute.local.EnvironmentSettings;
import dev.gatehouse.server.compute.local.Liveness;
import dev.gatehouse.server.compute.local.LocalReplicas;
import dev.gatehouse.server.compute.local.PythonEnvironments;
import dev.gatehouse.server.compute.local.ReplicaSettings;
import dev.gatehouse.server.compute.local.ServiceFiles;
import dev.gatehouse.server.rest.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of the real runner, with the python3 of the machine. */
class LocalProcessesTest {
  private static final String ECHO =
      "def init():\n    print('init of', __name__)\ndef run(raw):\n    return raw\n";

  @TempDir Path folder;
  private LocalReplicas replicas;
  private LocalProcesses driver;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void start() {
    var search = Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(Path::of).toList();
    replicas =
        new LocalReplicas(
            new ReplicaSettings(
                Path.of("..", "runner", "gatehouse-runner.py"),
                folder.resolve("run"),
                folder.resolve("log"),
                1 << 20,
                Duration.ofSeconds(10),
                1,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                0),
            InstantSource.system(),
            new Random(1),
            (_, _) -> {});
    replicas.start();
    driver =
        new LocalProcesses(
            new LocalProcesses.Settings(
                folder.resolve("files"),
                folder.resolve("modeldata"),
                ServiceFiles.Placement.COPY,
                1 << 20,
                Duration.ofSeconds(30)),
            new PythonEnvironments(
                new EnvironmentSettings(
                    folder.resolve("venvs"),
                    Path.of("uv"),
                    search,
                    Duration.ofSeconds(10),
                    false,
                    Map.of())),
            replicas);
  }

  @AfterEach
  void stop() {
    replicas.close();
  }

  private Load load(String script, int count) throws IOException {
    Path file = Files.writeString(folder.resolve("script"), script);
    Path python =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .map(path -> Path.of(path, "python3"))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow();
    var environment = Json.object();
    environment
        .putObject("python")
        .put("userManagedDependencies", true)
        .put("interpreterPath", python.toString());
    var asset = new Program.Asset("main.py", false, new StoredFile("main.py", "d", 1, file));
    return new Load(
        "op1-v1",
        "svc",
        new Program.Script("main.py", List.of(asset), environment),
        List.of(new Load.LoadedModel("m", 1, List.of(new StoredFile("m.pkl", "d", 1, file)))),
        new Load.Scale(count, 1, Duration.ofSeconds(60), 0, Liveness.DEFAULT),
        new Load.ModelData("s/g/w/svc", true));
  }

  @Test
  void startsReplicasAndEndsThem() throws Exception {
    Started started = driver.start(load(ECHO, 2), said::add);
    assertThat(started.backend())
        .isInstanceOfSatisfying(
            Backend.Replicas.class,
            b -> assertThat(b.sockets()).hasSize(2).allMatch(Files::exists));
    assertThat(driver.lastLines("op1-v1", 10)).contains("init of entry_module");
    assertThat(folder.resolve("files/op1-v1/azureml-models/m/1/m.pkl")).exists();
    started.stop();
    driver.forget("op1-v1");
    assertThat(folder.resolve("files/op1-v1")).doesNotExist();
    assertThat(said).contains("Starting 2 replica(s)");
  }

  @Test
  void failedInitIsAStartFailureAndCanBeTriedAgain() throws Exception {
    String broken = "def init():\n    raise RuntimeError('no model')\ndef run(raw): pass\n";
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> driver.start(load(broken, 1), said::add))
          .isInstanceOfSatisfying(
              StartFailure.class,
              failure -> {
                assertThat(failure.reason()).isEqualTo("RuntimeError: no model");
                assertThat(failure.step()).isEqualTo(StartFailure.Step.START);
              });
    }
    assertThat(driver.lastLines("op1-v1", 50)).contains("RuntimeError: no model");
  }

  @Test
  void missingInterpreterIsAFaultOfTheEnvironment() throws Exception {
    Load load = load(ECHO, 1);
    ((tools.jackson.databind.node.ObjectNode)
            ((Program.Script) load.program()).environment().path("python"))
        .put("interpreterPath", "/no/such/python");
    assertThatThrownBy(() -> driver.start(load, said::add))
        .isInstanceOfSatisfying(
            StartFailure.class,
            failure -> assertThat(failure.step()).isEqualTo(StartFailure.Step.ENVIRONMENT));
  }

  @Test
  void missingEntryScriptIsAStartFailure() throws Exception {
    Load load = load(ECHO, 1);
    var environment = ((Program.Script) load.program()).environment().deepCopy();
    environment.putObject("environmentVariables").put("AZUREML_ENTRY_SCRIPT", "no.py");
    var without =
        new Load(
            "op2-v1",
            "svc",
            new Program.Script("", List.of(), environment),
            List.of(),
            load.scale(),
            Load.ModelData.NONE);
    assertThatThrownBy(() -> driver.start(without, said::add))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("no.py");
  }
}
