package dev.gatehouse.gateway.onnx;

import static dev.gatehouse.gateway.onnx.Fixture.close;
import static dev.gatehouse.gateway.onnx.Fixture.expected;
import static dev.gatehouse.gateway.onnx.Fixture.get;
import static dev.gatehouse.gateway.onnx.Fixture.json;
import static dev.gatehouse.gateway.onnx.Fixture.message;
import static dev.gatehouse.gateway.onnx.Fixture.numbers;
import static dev.gatehouse.gateway.onnx.Fixture.open;
import static dev.gatehouse.gateway.onnx.Fixture.post;
import static dev.gatehouse.gateway.onnx.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Model.Ask;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InferenceProtocolTest {
  private static final String INFER = "/v2/models/ridge/infer";

  @Test
  void scoresFlatDataAndEchoesTheId() {
    try (var model = open("ridge")) {
      var data = numbers(expected("ridge").at("/inputs/X"));
      var got =
          json(
              post(
                  model,
                  INFER,
                  "{\"id\": \"42\", \"inputs\": [{\"name\": \"X\", \"shape\": [7, 10], \"datatype\": \"FP32\", \"data\": %s}], \"outputs\": [{\"name\": \"variable\"}]}"
                      .formatted(data)));
      assertThat(got.get("id").asString()).isEqualTo("42");
      assertThat(got.get("model_name").asString()).isEqualTo("ridge");
      var output = got.at("/outputs/0");
      assertThat(output.get("shape").toString()).isEqualTo("[7,1]");
      close(output.get("data"), expected("ridge").get("outputs"));
    }
  }

  @Test
  void takesNestedDataAndMembersInAnyOrder() {
    try (var model = open("ridge")) {
      var rows = expected("ridge").at("/inputs/X");
      var got =
          json(
              post(
                  model,
                  "/v2/models/ridge/versions/3/infer",
                  "{\"inputs\": [{\"data\": %s, \"shape\": [7, 10], \"datatype\": \"FP32\", \"name\": \"X\"}], \"x\": 1}"
                      .formatted(rows)));
      assertThat(got.has("id")).isFalse();
      assertThat(got.get("model_version").asString()).isEqualTo("3");
      close(got.at("/outputs/0/data"), expected("ridge").get("outputs"));
    }
  }

  @Test
  void describesServerAndModel() {
    try (var model = open("words")) {
      assertThat(json(get(model, "/v2")).get("name").asString()).isEqualTo("onnxruntime");
      assertThat(text(get(model, "/v2/health/live"))).isEqualTo("{\"live\":true}");
      assertThat(text(get(model, "/v2/health/ready"))).isEqualTo("{\"ready\":true}");
      assertThat(text(get(model, "/v2/models/words/versions/3/ready")))
          .isEqualTo("{\"name\":\"words\",\"ready\":true}");
      assertThat(text(get(model, "/v2/models/words")))
          .isEqualTo(
              "{\"name\":\"words\",\"versions\":[\"3\"],\"platform\":\"onnxruntime_onnx\","
                  + "\"inputs\":[{\"name\":\"count\",\"datatype\":\"INT64\",\"shape\":[-1,2]},"
                  + "{\"name\":\"word\",\"datatype\":\"BYTES\",\"shape\":[-1,1]}],"
                  + "\"outputs\":[{\"name\":\"twice\",\"datatype\":\"INT64\",\"shape\":[-1,2]},"
                  + "{\"name\":\"echo\",\"datatype\":\"BYTES\",\"shape\":[-1,1]},"
                  + "{\"name\":\"code\",\"datatype\":\"INT64\",\"shape\":[-1,1]}]}");
    }
  }

  @Test
  void carriesBinaryTensorsBothWays() {
    try (var model = open("words")) {
      var json =
          """
          {"inputs": [
            {"name": "count", "shape": [2, 2], "datatype": "INT64",
             "parameters": {"binary_data_size": 32}},
            {"name": "word", "shape": [2, 1], "datatype": "BYTES",
             "parameters": {"content": "x", "binary_data_size": 16}}],
           "outputs": [{"name": "echo", "parameters": {"binary_data": true}},
                       {"name": "code"},
                       {"name": "twice", "parameters": {"binary_data": true}}]}\
          """;
      var body = new ByteArrayOutputStream();
      body.writeBytes(json.getBytes(StandardCharsets.UTF_8));
      body.writeBytes(longs(1, 2, 3, -4));
      body.writeBytes(strings("grün", "red"));
      var got =
          model.score(
              new Ask("POST", "/v2/models/words/infer", null, body.toByteArray(), json.length()));

      var bytes = got.body();
      assertThat(got.contentType()).isEqualTo("application/octet-stream");
      var head = Fixture.JSON.readTree(Arrays.copyOf(bytes, got.jsonLength()));
      assertThat(head.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(16);
      assertThat(head.at("/outputs/1/data").toString()).isEqualTo("[2,1]");
      var tail = new ByteArrayOutputStream();
      tail.writeBytes(strings("grün", "red"));
      tail.writeBytes(longs(2, 4, 6, -8));
      assertThat(Arrays.copyOfRange(bytes, got.jsonLength(), bytes.length))
          .isEqualTo(tail.toByteArray());
    }
  }

  private static byte[] longs(long... values) {
    var bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    return bytes.array();
  }

  private static byte[] strings(String... values) {
    var bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    for (var value : values) {
      var text = value.getBytes(StandardCharsets.UTF_8);
      bytes.putInt(text.length).put(text);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  @Test
  void makesAllOutputsBinaryWhenAskedFor() {
    try (var model = open("ridge")) {
      var body =
          "{\"parameters\": {\"binary_data_output\": true}, \"inputs\": [{\"name\": \"X\", \"shape\": [1, 10], \"datatype\": \"FP32\", \"data\": [1,1,1,1,1,1,1,1,1,1]}]}"
              .getBytes(StandardCharsets.UTF_8);
      var got = model.score(new Ask("POST", INFER, null, body));
      assertThat(got.body()).hasSize(got.jsonLength() + 4);
      var metadata = model.score(new Ask("GET", "/v2/", null, new byte[0]));
      assertThat(text(metadata)).contains("binary_tensor_data");
      assertThat(metadata.jsonLength()).isEqualTo(metadata.body().length);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40, 40, 'the inputs use 40 of 44 binary bytes (expected: all)', 44",
    "40, 48, input 'X' binary data: 48 bytes (expected: at most 40), 40",
    "40, 39, input 'X' binary data: 39 bytes (expected: a multiple of 4), 39",
    "40, 36, 'input ''X'': 9 elements (expected: 10 for shape [1, 10])', 36"
  })
  void refusesBinaryDataOfAnotherSize(int ignored, int said, String sentence, int sent) {
    try (var model = open("ridge")) {
      var json =
          "{\"inputs\": [{\"name\": \"X\", \"shape\": [1, 10], \"datatype\": \"FP32\", \"parameters\": {\"binary_data_size\": %d}}]}"
              .formatted(said);
      var body = Arrays.copyOf(json.getBytes(StandardCharsets.UTF_8), json.length() + sent);
      var got = model.score(new Ask("POST", INFER, null, body, json.length()));
      assertThat(message(got, 400)).isEqualTo(sentence.replace("input X", "input 'X'"));
    }
  }

  @Test
  void refusesCutStringsAndImpossibleLengths() {
    try (var model = open("words")) {
      var json =
          "{\"inputs\": [{\"name\": \"word\", \"shape\": [1, 1], \"datatype\": \"BYTES\", \"parameters\": {\"binary_data_size\": 5}}]}";
      var body = (json + "\u0009\0\0\0a").getBytes(StandardCharsets.UTF_8);
      var path = "/v2/models/words/infer";
      var cut = new Ask("POST", path, null, body, json.length());
      assertThat(message(model.score(cut), 400)).contains("is cut off");
      assertThat(message(model.score(new Ask("POST", path, null, body, -1)), 400))
          .isEqualTo("Inference-Header-Content-Length: -1 (expected: 0 to " + body.length + ")");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"inputs\": []} | input 'X' is missing (expected: float [None, 10])",
        "{\"inputs\": 1} | 'inputs': 1 at line 1, column 12 (expected: an array)",
        "{\"inputs\": [{}]} | an input: } at line 1, column 14 (expected: a name)",
        "{\"inputs\": [{\"name\": \"Y\"}]} | unknown input 'Y' (expected: X)",
        "{\"inputs\": [{\"name\": \"X\"}]} | input 'X': datatype null (expected: FP32)",
        "{\"inputs\": [{\"name\": \"X\", \"datatype\": \"FP64\"}]} | input 'X': datatype FP64 (expected:"
            + " FP32)",
        "{\"inputs\": [{\"name\": \"X\", \"datatype\": \"FP32\"}]} | input 'X': no shape (expected: [None,"
            + " 10])",
        "{\"inputs\": [{\"name\": \"X\", \"datatype\": \"FP32\", \"shape\": [1, 10]}]} | input 'X':"
            + " expected one of 'data' and the parameter 'binary_data_size'",
        "{\"inputs\": [{\"name\": \"X\", \"datatype\": \"FP32\", \"shape\": [1, 9], \"data\": [1]}]} |"
            + " input 'X': shape [1, 9] (expected: [None, 10])",
        "{\"inputs\": [{\"name\": \"X\", \"parameters\": 1}]} | 'parameters': 1 at line 1, column 41"
            + " (expected: an object)",
        "{\"outputs\": [{}]} | an output: } at line 1, column 15 (expected: a name)",
        "{\"parameters\": {\"binary_data_output\": 1}} | binary_data_output: 1 at line 1, column 39"
            + " (expected: true or false)",
      })
  void saysWhatIsWrongWithARequest(String body, String sentence) {
    try (var model = open("ridge")) {
      assertThat(message(post(model, INFER, body), 400)).isEqualTo(sentence);
    }
  }

  @Test
  void namesTheErrorAsItsClientsExpect() {
    try (var model = open("ridge")) {
      var answer = get(model, "/v2/models/other");
      assertThat(message(answer, 404)).isEqualTo("no model 'other' (expected: ridge)");
      assertThat(text(answer)).contains("\"error\":\"no model 'other'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/nothing",
        "/v2/models",
        "/v2/models/ridge/versions/4",
        "/v2/models/ridge/stop",
        "/v2/models/ridge/versions/3/stop"
      })
  void hasNoOtherPaths(String path) {
    try (var model = open("ridge")) {
      assertThat(get(model, path).status()).isEqualTo(404);
    }
  }

  @Test
  void keepsMethodsApart() {
    try (var model = open("ridge")) {
      assertThat(get(model, INFER).status()).isEqualTo(405);
      assertThat(post(model, "/v2/models/ridge", "{}").status()).isEqualTo(405);
      assertThat(post(model, "/v2/health/live", "{}").status()).isEqualTo(405);
    }
  }
}
