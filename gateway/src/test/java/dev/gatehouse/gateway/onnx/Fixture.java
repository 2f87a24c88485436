package dev.gatehouse.gateway.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatehouse.gateway.Model.Answer;
import dev.gatehouse.gateway.Model.Ask;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The test models, and what scikit-learn and Python's ONNX Runtime said of them. */
final class Fixture {
  static final JsonMapper JSON = JsonMapper.builder().build();
  private static final OnnxModels MODELS = new OnnxModels(1);

  private Fixture() {}

  static Path file(String name) {
    try {
      return Path.of(Fixture.class.getResource("/onnx/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static OnnxModel open(String name) {
    return MODELS.open(file(name + ".onnx"), "sha256:" + name, name, "3");
  }

  static JsonNode expected(String model) {
    try {
      return JSON.readTree(Files.readAllBytes(file("expected.json"))).get(model);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Answer post(OnnxModel model, String path, String body) {
    return model.score(
        new Ask("POST", path, "application/json", body.getBytes(StandardCharsets.UTF_8)));
  }

  static Answer get(OnnxModel model, String path) {
    return model.score(new Ask("GET", path, null, new byte[0]));
  }

  static String text(Answer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** Reads the body of an answer of 200. */
  static JsonNode json(Answer answer) {
    assertThat(answer.status()).as(text(answer)).isEqualTo(200);
    assertThat(answer.contentType()).isEqualTo("application/json");
    return JSON.readTree(answer.body());
  }

  /** Reads the sentence of an answer of that status. */
  static String message(Answer answer, int status) {
    assertThat(answer.status()).as(text(answer)).isEqualTo(status);
    return JSON.readTree(answer.body()).get("message").asString();
  }

  static List<Double> numbers(JsonNode node) {
    var found = new ArrayList<Double>();
    collect(node, found);
    return found;
  }

  private static void collect(JsonNode node, List<Double> into) {
    if (node.isNumber()) {
      into.add(node.asDouble());
    }
    node.values().forEach(child -> collect(child, into));
  }

  static void close(JsonNode actual, JsonNode expected) {
    var left = numbers(actual);
    var right = numbers(expected);
    assertThat(left).hasSameSizeAs(right).isNotEmpty();
    for (int i = 0; i < left.size(); i++) {
      assertThat(left.get(i))
          .isCloseTo(right.get(i), within(1e-6 * Math.max(Math.abs(right.get(i)), 1e-3)));
    }
  }
}
