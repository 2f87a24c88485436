package dev.gatehouse.gateway.onnx;

import static dev.gatehouse.gateway.onnx.Fixture.file;
import static dev.gatehouse.gateway.onnx.Fixture.get;
import static dev.gatehouse.gateway.onnx.Fixture.message;
import static dev.gatehouse.gateway.onnx.Fixture.post;
import static dev.gatehouse.gateway.onnx.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelsTest {
  private static final String ROW = "{\"data\": [[1,1,1,1,1,1,1,1,1,1]]}";

  private final OnnxModels models = new OnnxModels(1);

  @Test
  void sharesOneSessionAmongServicesWithTheSameFile() {
    var first = models.open(file("ridge.onnx"), "a", "one", "1");
    // The same digest: the file is not even looked at.
    var second = models.open(Path.of("gone.onnx"), "a", "two", "7");
    assertThat(models.loaded()).isEqualTo(1);
    first.close();
    assertThat(text(get(second, "/v2/models/two/ready"))).contains("true");
    assertThat(post(second, "/score", ROW).status()).isEqualTo(200);
    second.close();
    assertThat(models.loaded()).isZero();
  }

  @Test
  void answersOutOfServiceAfterTheClose() {
    var model = models.open(file("ridge.onnx"), "a", "ridge", "1");
    model.close();
    model.close();
    assertThat(message(post(model, "/score", ROW), 503)).contains("out of service");
  }

  @Test
  void opensAFileAgainAfterItsLastClose() {
    models.open(file("ridge.onnx"), "a", "ridge", "1").close();
    try (var again = models.open(file("ridge.onnx"), "a", "ridge", "2")) {
      assertThat(post(again, "/score", ROW).status()).isEqualTo(200);
    }
  }

  @Test
  void finishesRunningRequestsWhileItCloses() throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 20; round++) {
        var model = models.open(file("ridge.onnx"), "a", "ridge", "1");
        Callable<Integer> ask = () -> post(model, "/score", ROW).status();
        var answers = new ArrayList<Future<Integer>>();
        for (int i = 0; i < 20; i++) {
          answers.add(threads.submit(ask));
        }
        model.close();
        for (var answer : answers) {
          assertThat(answer.get()).isIn(200, 503);
        }
      }
    }
    assertThat(models.loaded()).isZero();
  }

  @Test
  void tellsWhatTheModelItselfTook() {
    try (var model = models.open(file("ridge.onnx"), "a", "ridge", "1")) {
      long began = System.nanoTime();
      assertThat(post(model, "/score", ROW).nanos()).isBetween(1L, System.nanoTime() - began);
      assertThat(post(model, "/score", "{}").nanos()).isZero();
    }
  }

  @Test
  void refusesAFileThatIsNoModel(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("model.onnx"), "hello");
    assertThatThrownBy(() -> models.open(file, "b", "m", "1"))
        .isInstanceOf(ModelFault.class)
        .hasMessageStartingWith("model.onnx is no ONNX model that can be served here: ")
        .hasMessageNotContaining(folder.toString());
    assertThatThrownBy(() -> models.open(folder.resolve("none.onnx"), "c", "m", "1"))
        .isInstanceOf(ModelFault.class)
        .hasMessage("none.onnx is no file");
    assertThat(models.loaded()).isZero();
  }

  @Test
  void refusesInputsThatCannotBeMade() {
    assertThatThrownBy(() -> models.open(file("unsigned_input.onnx"), "d", "m", "1"))
        .isInstanceOf(ModelFault.class)
        .hasMessageStartingWith("unsigned_input.onnx: input 'u' is a tensor of UINT32 (expected: ");
  }

  @Test
  void wantsAtLeastOneThread() {
    assertThatThrownBy(() -> new OnnxModels(0)).hasMessage("threads: 0 (expected: 1 or more)");
  }
}
