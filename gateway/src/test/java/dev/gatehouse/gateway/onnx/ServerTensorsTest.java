package dev.gatehouse.gateway.onnx;

import static dev.gatehouse.gateway.onnx.Fixture.close;
import static dev.gatehouse.gateway.onnx.Fixture.expected;
import static dev.gatehouse.gateway.onnx.Fixture.json;
import static dev.gatehouse.gateway.onnx.Fixture.message;
import static dev.gatehouse.gateway.onnx.Fixture.numbers;
import static dev.gatehouse.gateway.onnx.Fixture.open;
import static dev.gatehouse.gateway.onnx.Fixture.post;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ServerTensorsTest {
  private static String raw(JsonNode rows) {
    var values = numbers(rows);
    var bytes = ByteBuffer.allocate(4 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(value -> bytes.putFloat(value.floatValue()));
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static JsonNode floats(String base64) {
    var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    var found = Fixture.JSON.createArrayNode();
    while (bytes.hasRemaining()) {
      found.add(bytes.getFloat());
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {"[7, 10]", "[\"7\", \"10\"]"})
  void answersRawTensorsWithRawTensors(String dims) {
    try (var model = open("ridge")) {
      var got =
          json(
              post(
                  model,
                  "/score",
                  "{\"inputs\": {\"X\": {\"dims\": %s, \"dataType\": 1, \"rawData\": \"%s\"}}, \"outputFilter\": [\"variable\"]}"
                      .formatted(dims, raw(expected("ridge").at("/inputs/X")))));
      assertThat(got.at("/outputs/variable/dims").toString()).isEqualTo("[\"7\",\"1\"]");
      assertThat(got.at("/outputs/variable/dataType").asInt()).isEqualTo(1);
      close(
          floats(got.at("/outputs/variable/rawData").asString()), expected("ridge").get("outputs"));
    }
  }

  @Test
  void answersTypedTensorsWithTypedTensors() {
    try (var model = open("words")) {
      var got =
          json(
              post(
                  model,
                  "/score",
                  """
                  {"inputs": {
                    "count": {"dims": ["1", "2"], "dataType": "INT64",
                              "int64Data": ["9007199254740993", -4]},
                    "word": {"dims": [1, 1], "data_type": "8", "stringData": ["cmVk"]}}}\
                  """));
      assertThat(got.toString())
          .isEqualTo(
              "{\"outputs\":{\"twice\":{\"dims\":[\"1\",\"2\"],\"dataType\":7,\"int64Data\":[\"18014398509481986\",\"-8\"]},"
                  + "\"echo\":{\"dims\":[\"1\",\"1\"],\"dataType\":8,\"stringData\":[\"cmVk\"]},"
                  + "\"code\":{\"dims\":[\"1\",\"1\"],\"dataType\":7,\"int64Data\":[\"1\"]}}}");
    }
  }

  @Test
  void knowsTheFieldOfEveryElementType() {
    try (var model = open("kinds")) {
      var got =
          json(
              post(
                  model,
                  "/score",
                  """
                  {"inputs": {
                    "double": {"dims": [1], "doubleData": [0.25]},
                    "int32": {"dims": [1], "int32Data": [-1]},
                    "int16": {"dims": [1], "int32Data": [-2]},
                    "int8": {"dims": [1], "int32Data": ["-3"]},
                    "uint8": {"dims": [1], "int32Data": [4]},
                    "bool": {"dims": [1], "int32Data": [1]},
                    "float16": {"dims": [1], "int32Data": [15360]},
                    "bfloat16": {"dims": [1], "int32Data": [16256]}}}\
                  """));
      var outputs = got.get("outputs");
      assertThat(outputs.at("/double_out/doubleData/0").asDouble()).isEqualTo(0.25);
      assertThat(outputs.at("/float16_out/int32Data/0").asInt()).isEqualTo(15360);
      assertThat(outputs.at("/uint64_out/uint64Data/0").asString())
          .isEqualTo("18446744073709551615");
    }
  }

  @Test
  void leavesOutWhatIsNoTensor() {
    try (var model = open("iris_maps")) {
      var input = "{\"inputs\": {\"X\": {\"dims\": [1,4], \"floatData\": [1,2,3,4]}}";
      var got = json(post(model, "/score", input + "}"));
      assertThat(got.get("outputs").propertyNames()).containsExactly("output_label");
      var filter = input + ", \"outputFilter\": [\"output_probability\"]}";
      assertThat(message(post(model, "/score", filter), 400)).contains("is no tensor");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"inputs\": {\"Z\": {}}} | unknown input 'Z' (expected: X)",
        "{\"inputs\": {\"X\": {\"dataType\": 7}}} | input 'X' dataType: 7 at line 1, column 31"
            + " (expected: 1, which is float)",
        "{\"inputs\": {\"X\": {\"dims\": [1, 10], \"rawData\": \"AAAA\"}}} | input 'X' rawData: 3 bytes"
            + " (expected: a multiple of 4)",
        "{\"inputs\": {\"X\": {\"dims\": [1, 10], \"rawData\": \"AAAAAA==\"}}} | input 'X': 1 elements"
            + " (expected: 10 for shape [1, 10])",
        "{\"inputs\": {\"X\": {\"dims\": [-1, 10], \"rawData\": \"\"}}} | input 'X': shape [-1, 10] is"
            + " negative",
        "{\"inputs\": {\"X\": {\"dims\": [9223372036854775807, 10]}}} | input 'X': shape"
            + " [9223372036854775807, 10] is too large",
        "{\"inputs\": {\"X\": {\"rawData\": \"%\"}}} | input 'X' rawData: the string \"%\" at line 1,"
            + " column 30 (expected: base64)",
        "{\"inputs\": {\"X\": {\"int64Data\": [1]}}} | input 'X': int64Data holds no float",
        "{\"inputs\": {\"X\": {\"dims\": [\"a\"]}}} | input 'X' dims: the string \"a\" at line 1, column 28"
            + " (expected: a whole number)",
        "{\"inputs\": {\"X\": {\"dims\": [1.5]}}} | input 'X' dims: 1.5 at line 1, column 28 (expected: a"
            + " whole number)",
        "{\"inputs\": [1]} | 'inputs': an array at line 1, column 12 (expected: an object)",
        "{\"outputFilter\": 1} | outputFilter: 1 at line 1, column 18 (expected: an array)",
      })
  void saysWhatIsWrongWithATensor(String body, String sentence) {
    try (var model = open("ridge")) {
      assertThat(message(post(model, "/score", body), 400)).isEqualTo(sentence);
    }
  }

  @Test
  void refusesAnUnknownOutput() {
    try (var model = open("ridge")) {
      var body = "{\"data\": [[1,1,1,1,1,1,1,1,1,1]], \"outputFilter\": [\"nothing\"]}";
      assertThat(message(post(model, "/score", body), 400))
          .isEqualTo("unknown output 'nothing' (expected: variable)");
    }
  }

  @Test
  void refusesRawStringsAndNumbersOutOfRange() {
    try (var words = open("words");
        var kinds = open("kinds")) {
      var raw = "{\"inputs\": {\"word\": {\"rawData\": \"AAAA\"}}}";
      assertThat(message(post(words, "/score", raw), 400)).contains("strings have no raw form");
      var wide = "{\"inputs\": {\"int8\": {\"int32Data\": [128]}}}";
      assertThat(message(post(kinds, "/score", wide), 400)).contains("(expected: -128 to 127)");
    }
  }
}
