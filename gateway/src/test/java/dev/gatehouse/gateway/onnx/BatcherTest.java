package dev.gatehouse.gateway.onnx;

import static dev.gatehouse.gateway.onnx.Fixture.close;
import static dev.gatehouse.gateway.onnx.Fixture.expected;
import static dev.gatehouse.gateway.onnx.Fixture.file;
import static dev.gatehouse.gateway.onnx.Fixture.json;
import static dev.gatehouse.gateway.onnx.Fixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gateway.Model.Answer;
import dev.gatehouse.gateway.Model.Ask;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BatcherTest {
  private static final Duration LONG = Duration.ofSeconds(1);
  private final OnnxModels models = new OnnxModels(1);

  private OnnxModel open(String name, int rows, Duration patience) {
    return models.open(
        file(name + ".onnx"), name, name, "1", Optional.of(new Batching(rows, patience)));
  }

  private static CompletableFuture<Answer> ask(OnnxModel model, String body) {
    return ask(model, "/score", body);
  }

  private static CompletableFuture<Answer> ask(OnnxModel model, String path, String body) {
    var answer = new CompletableFuture<Answer>();
    model.join(
        new Ask("POST", path, null, body.getBytes(StandardCharsets.UTF_8)), answer::complete);
    return answer.orTimeout(20, TimeUnit.SECONDS);
  }

  private static String row(JsonNode rows, int index) {
    return "{\"data\": [" + rows.get(index) + "]}";
  }

  @Test
  void joinedRequestsGetWhatEachWouldGetAlone() {
    try (var model = open("ridge", 7, LONG)) {
      var rows = expected("ridge").at("/inputs/X");
      var answers = new ArrayList<CompletableFuture<Answer>>();
      for (int i = 0; i < 7; i++) {
        answers.add(ask(model, row(rows, i)));
      }
      var outputs = expected("ridge").at("/outputs/variable");
      var times = answers.stream().map(answer -> answer.join().nanos()).distinct();
      assertThat(times).as("one run for all").hasSize(1);
      for (int i = 0; i < 7; i++) {
        close(json(answers.get(i).join()).at("/variable"), outputs.get(i));
      }
    }
  }

  @Test
  void splitsTensorsOfWordsAndNumbersByTheRowsOfEach() {
    try (var model = open("words", 3, LONG)) {
      var one = ask(model, "{\"data\": {\"count\": [[1, 2]], \"word\": [[\"red\"]]}}");
      var two =
          ask(
              model,
              "{\"data\": {\"count\": [[3, 4], [5, 6]], \"word\": [[\"green\"], [\"red\"]]}}");
      assertThat(json(one.join()).get("twice").toString()).isEqualTo("[[2,4]]");
      assertThat(json(one.join()).get("echo").toString()).isEqualTo("[[\"red\"]]");
      assertThat(json(two.join()).get("twice").toString()).isEqualTo("[[6,8],[10,12]]");
      assertThat(json(two.join()).get("echo").toString()).isEqualTo("[[\"green\"],[\"red\"]]");
    }
  }

  @Test
  void aBadRequestFailsForItselfOnly() {
    try (var model = open("ridge", 3, LONG)) {
      var rows = expected("ridge").at("/inputs/X");
      var good = List.of(ask(model, row(rows, 0)), ask(model, row(rows, 1)));
      assertThat(message(ask(model, "{\"data\": [[1]]}").join(), 400)).contains("shape [1, 1]");
      assertThat(message(ask(model, "{}").join(), 400)).contains("neither 'data' nor 'inputs'");
      var last = ask(model, row(rows, 2));
      good.forEach(answer -> assertThat(answer.join().status()).isEqualTo(200));
      assertThat(last.join().status()).isEqualTo(200);
    }
  }

  @Test
  void requestsThatDoNotFitOrAreTooLargeAreNotJoined() {
    try (var model = open("ridge", 4, Duration.ofMillis(5))) {
      var rows = expected("ridge").at("/inputs/X");
      var all = ask(model, "{\"data\": " + rows + "}");
      var one = ask(model, row(rows, 0));
      var other =
          ask(
              model,
              "/v2/models/ridge/infer",
              "{\"inputs\": [{\"name\": \"X\", \"shape\": [1, 10], \"datatype\": \"FP32\", \"data\": %s}]}"
                  .formatted(rows.get(1)));
      close(json(all.join()).get("variable"), expected("ridge").at("/outputs/variable"));
      close(json(one.join()).get("variable"), expected("ridge").at("/outputs/variable/0"));
      close(json(other.join()).at("/outputs/0/data"), expected("ridge").at("/outputs/variable/1"));
    }
  }

  @Test
  void oneRequestWaitsNoLongerThanItIsToldTo() {
    try (var model = open("ridge", 100, Duration.ofMillis(30))) {
      long began = System.nanoTime();
      assertThat(ask(model, row(expected("ridge").at("/inputs/X"), 0)).join().status())
          .isEqualTo(200);
      assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(30_000_000);
    }
  }

  @Test
  void refusesAsManyAsWouldFillTheMemory() {
    try (var model = open("ridge", 4096, LONG)) {
      var body = row(expected("ridge").at("/inputs/X"), 0);
      var answers = new ArrayList<CompletableFuture<Answer>>();
      for (int i = 0; i < 1025; i++) {
        answers.add(ask(model, body));
      }
      assertThat(message(answers.getLast().join(), 503)).contains("overloaded");
      assertThat(answers.getFirst().join().status()).isEqualTo(200);
    }
  }

  @Test
  void refusesModelsWhoseRowsAreNotOpen() {
    assertThatThrownBy(() -> open("iris_maps", 4, LONG))
        .isInstanceOf(ModelFault.class)
        .hasMessageContaining(
            "iris_maps.onnx cannot be batched: it has outputs that are no tensors");
  }

  @Test
  void theOtherRoutesAnswerAtOnce() {
    try (var model = open("ridge", 4, LONG)) {
      var answer = new CompletableFuture<Answer>();
      model.join(new Ask("GET", "/v2/models/ridge", null, new byte[0]), answer::complete);
      assertThat(answer).isCompleted();
    }
  }
}
