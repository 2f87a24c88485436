package dev.gatehouse.server.service.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.Model;
import dev.gatehouse.gateway.onnx.OnnxModels;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.compute.local.Liveness;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InProcessTest {
  private static final Path SUM = Path.of("..", "gateway", "src/test/resources/onnx/ridge.onnx");

  @TempDir Path folder;

  private final ComputeDriver driver =
      new ByProgram(new InProcess(new OnnxModels(1)), new InProcess(new OnnxModels(1)));

  private static Load load(Path file) {
    return new Load(
        "op1-v1",
        "svc",
        new Program.Onnx(Optional.empty()),
        List.of(
            new Load.LoadedModel(
                "m", 1, List.of(new StoredFile("m.onnx", file.toString(), 1, file)))),
        new Load.Scale(1, 1, Duration.ofSeconds(60), 0, Liveness.DEFAULT),
        Load.ModelData.NONE);
  }

  @Test
  void answersUntilItIsStopped() throws Exception {
    Started started = driver.start(load(SUM), _ -> {});
    Model model = ((Backend.InProcess) started.backend()).model();
    var ask = new Model.Ask("GET", "/v2/models/m", null, new byte[0]);
    assertThat(new String(model.score(ask).body(), StandardCharsets.UTF_8)).contains("\"m\"");
    started.stop();
    assertThat(model.score(ask).status()).isEqualTo(503);
    assertThat(driver.lastLines("op1-v1", 5)).isEmpty();
    driver.forget("op1-v1");
  }

  @Test
  void fileThatIsNoModelIsAStartFailure() throws Exception {
    Path junk = Files.writeString(folder.resolve("junk"), "junk");
    assertThatThrownBy(() -> driver.start(load(junk), _ -> {}))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("m.onnx cannot be served");
  }
}
