package dev.gatehouse.gateway.onnx;

import static dev.gatehouse.gateway.onnx.Fixture.close;
import static dev.gatehouse.gateway.onnx.Fixture.expected;
import static dev.gatehouse.gateway.onnx.Fixture.get;
import static dev.gatehouse.gateway.onnx.Fixture.json;
import static dev.gatehouse.gateway.onnx.Fixture.message;
import static dev.gatehouse.gateway.onnx.Fixture.open;
import static dev.gatehouse.gateway.onnx.Fixture.post;
import static dev.gatehouse.gateway.onnx.Fixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreRouteTest {
  private static final String ONES = "[1,1,1,1,1,1,1,1,1,1]";

  @Test
  void scoresRowsAsScikitLearnDoes() {
    try (var model = open("ridge")) {
      var rows = expected("ridge").at("/inputs/X");
      var got = json(post(model, "/score", "{\"data\": " + rows + "}"));
      close(got, expected("ridge").at("/outputs"));
      var predictions = expected("ridge").get("sklearn");
      for (int i = 0; i < 7; i++) {
        assertThat(got.at("/variable/" + i + "/0").asDouble())
            .isCloseTo(predictions.get(i).asDouble(), within(1e-3));
      }
    }
  }

  @Test
  void answersClassifiersWithLabelsAndATableOfProbabilities() {
    try (var model = open("iris")) {
      var rows = expected("iris").at("/inputs/X");
      var got = json(post(model, "/score", "{\"data\": " + rows + "}"));
      assertThat(got.propertyNames()).containsExactly("label", "probabilities");
      assertThat(got.get("label")).isEqualTo(expected("iris").at("/outputs/label"));
      close(got.get("probabilities"), expected("iris").at("/outputs/probabilities"));
    }
  }

  @Test
  void answersMapsAsOneObjectPerRow() {
    try (var model = open("iris_maps")) {
      var rows = expected("iris_maps").at("/inputs/X");
      var got = json(post(model, "/score", "{\"data\": " + rows + "}"));
      assertThat(got.at("/output_probability/0").propertyNames()).containsExactly("0", "1", "2");
      close(got, expected("iris_maps").get("outputs"));
    }
  }

  @Test
  void takesSeveralInputsByName() {
    try (var model = open("sum")) {
      var got = json(post(model, "/score", "{\"data\": " + expected("sum").get("inputs") + "}"));
      close(got, expected("sum").get("outputs"));
    }
  }

  @Test
  void keepsWholeNumbersAndStringsExact() {
    try (var model = open("words")) {
      var got = json(post(model, "/score", "{\"data\": " + expected("words").get("inputs") + "}"));
      assertThat(got).isEqualTo(expected("words").get("outputs"));
    }
  }

  @Test
  void readsAndWritesEveryElementType() {
    try (var model = open("kinds")) {
      var got =
          text(
              post(
                  model,
                  "/score",
                  """
                  {"data": {"double": [0.1, null], "int32": [-1, 7.0], "int16": [-32768, 2],
                   "int8": [-128, 127], "uint8": [0, 255], "bool": [true, 0],
                   "float16": [0.5, "Infinity"], "bfloat16": [1.5, NaN]}}\
                  """));
      assertThat(got)
          .isEqualTo(
              "{\"double_out\":[0.1,\"NaN\"],\"int32_out\":[-1,7],\"int16_out\":[-32768,2],"
                  + "\"int8_out\":[-128,127],\"uint8_out\":[0,255],\"bool_out\":[true,false],"
                  + "\"float16_out\":[0.5,\"Infinity\"],\"bfloat16_out\":[1.5,\"NaN\"],"
                  + "\"uint16_out\":[65535,7],\"uint32_out\":[4294967295,7],"
                  + "\"uint64_out\":[18446744073709551615,7]}");
    }
  }

  @Test
  void scoresMoreRowsThanASmallBufferHolds() {
    try (var model = open("ridge")) {
      var body = new StringBuilder("{\"data\": [" + ONES);
      for (int i = 1; i < 5_000; i++) {
        body.append(',').append(ONES);
      }
      var got = json(post(model, "/score", body + "]}"));
      assertThat(got.get("variable").size()).isEqualTo(5_000);
      assertThat(got.at("/variable/4999")).isEqualTo(got.at("/variable/0"));
    }
  }

  @Test
  void ignoresHintsBesideTheData() {
    try (var model = open("ridge")) {
      var got =
          post(
              model,
              "/score",
              "{\"method\": \"predict\", \"x\": {\"y\": [1]}, \"data\": [" + ONES + "]}");
      assertThat(got.status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"data\": [[1,2,3]]} | input 'X': shape [1, 3] (expected: [None, 10])",
        "{\"data\": [1,2,3,4,5,6,7,8,9,10]} | input 'X': shape [10] (expected: [None, 10])",
        "{\"data\": 1} | input 'X': shape [] (expected: [None, 10])",
        "{\"data\": [[1,2],[3]]} | input 'X': ] at line 1, column 19 (expected: rows of one length and"
            + " one depth)",
        "{\"data\": [[1],2]} | input 'X': 2 at line 1, column 15 (expected: rows of one length and one"
            + " depth)",
        "{\"data\": [1,[2]]} | input 'X': an array at line 1, column 13 (expected: rows of one length"
            + " and one depth)",
        "{\"data\": [[[[[[[[[1]]]]]]]]]} | input 'X': an array at line 1, column 18 (expected: at most 8"
            + " axes)",
        "{\"data\": [[\"a\"]]} | input 'X': the string \"a\" at line 1, column 12 (expected: a value of"
            + " type float)",
        "{\"data\": [[{}]]} | input 'X': an object at line 1, column 12 (expected: a value of type"
            + " float)",
        "{\"data\": {\"Y\": [[1]]}} | unknown input 'Y' (expected: X)",
        "{\"data\": {}} | input 'X' is missing (expected: float [None, 10])",
        "{} | the body has neither 'data' nor 'inputs' (expected: {\"data\": rows} or {\"inputs\":"
            + " {name: tensor}})",
        "[1] | the body: an array at line 1, column 1 (expected: an object)",
        "`` | the body is empty (expected: a JSON object)",
      })
  void saysWhatIsWrongWithTheRows(String body, String sentence) {
    try (var model = open("ridge")) {
      assertThat(message(post(model, "/score", body), 400)).isEqualTo(sentence);
    }
  }

  @Test
  void saysWhereTheJsonBreaks() {
    try (var model = open("ridge")) {
      assertThat(message(post(model, "/score", "{\"data\":\n [[1, oops]]}"), 400))
          .startsWith("the body is no valid JSON at line 2, column ");
      assertThat(message(post(model, "/score", "{\"data\": [[1"), 400))
          .startsWith("the body is no valid JSON at line 1, column ");
      assertThat(message(post(model, "/score", "{\"data\": [" + ONES + "]} {}"), 400))
          .startsWith("after the JSON object: an object at line 1");
    }
  }

  @Test
  void refusesAnInputThatIsThereTwice() {
    try (var model = open("ridge")) {
      var twice = "{\"data\": [" + ONES + "], \"data\": [" + ONES + "]}";
      assertThat(message(post(model, "/score", twice), 400)).isEqualTo("input 'X' is there twice");
    }
  }

  @Test
  void asksForNamesWhenTheModelHasSeveralInputs() {
    try (var model = open("sum")) {
      assertThat(message(post(model, "/score", "{\"data\": [[1,2,3]]}"), 400))
          .isEqualTo(
              "'data': an array at line 1, column 10 (expected: an object with rows for each of a,"
                  + " b)");
    }
  }

  @Test
  void handsOnWhatTheModelItselfRefuses() {
    try (var model = open("sum")) {
      var body = "{\"data\": {\"a\": [[1,2,3],[1,2,3]], \"b\": [[1,2,3],[1,2,3],[1,2,3]]}}";
      var got = post(model, "/score", body);
      assertThat(got.status()).isBetween(400, 500);
      assertThat(text(got)).contains("{\"message\":\"the model ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"count\": [[1.5, 2]]}",
        "{\"count\": [[1e300, 2]]}",
        "{\"count\": [[true, 2]]}",
        "{\"count\": [[\"1\", 2]]}",
        "{\"count\": [[null, 2]]}",
        "{\"count\": [[99999999999999999999, 2]]}",
        "{\"word\": [[1]]}"
      })
  void refusesValuesOfAnotherType(String data) {
    try (var model = open("words")) {
      assertThat(message(post(model, "/score", "{\"data\": " + data + "}"), 400))
          .contains("line 1, column ");
    }
  }

  @Test
  void refusesNumbersOutOfRange() {
    try (var model = open("kinds")) {
      assertThat(message(post(model, "/score", "{\"data\": {\"uint8\": [256]}}"), 400))
          .isEqualTo("input 'uint8': 256 at line 1, column 21 (expected: a value of type uint8)");
      assertThat(message(post(model, "/score", "{\"data\": {\"bool\": [2]}}"), 400))
          .contains("type bool");
    }
  }

  @Test
  void survivesRandomBodies() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var pieces =
        "{ } [ ] , : \"data\" \"inputs\" \"X\" \"dims\" \"rawData\" \"outputs\" \"name\" 1 -2.5 null true \"A\""
            .split(" ");
    try (var model = open("ridge")) {
      for (int i = 0; i < 2_000; i++) {
        var body = new StringBuilder(i % 2 == 0 ? "{\"data\":[[1," : "{\"inputs\":");
        for (int n = random.nextInt(12); n >= 0; n--) {
          body.append(pieces[random.nextInt(pieces.length)]);
        }
        var path = i % 3 == 0 ? "/v2/models/ridge/infer" : "/score";
        assertThat(post(model, path, body.toString()).status())
            .as("seed " + seed + ": " + body)
            .isEqualTo(400);
      }
    }
  }

  @Test
  void answersHealthAndDescription() {
    try (var model = open("iris_maps")) {
      var health = get(model, "/");
      assertThat(health.contentType()).isEqualTo("text/plain");
      assertThat(text(health)).isEqualTo("Healthy");
      var two = json(get(model, "/swagger.json"));
      assertThat(two.get("swagger").asString()).isEqualTo("2.0");
      assertThat(two.at("/definitions/ServiceInput/properties/data/items/maxItems").asInt())
          .isEqualTo(4);
      var three = json(get(model, "/swagger.json?version=3"));
      assertThat(three.get("openapi").asString()).startsWith("3.0");
    }
  }

  @Test
  void describesSeveralInputsByName() {
    try (var model = open("words")) {
      var three = json(get(model, "/swagger.json?version=3.0"));
      var data = three.at("/components/schemas/ServiceInput/properties/data");
      assertThat(data.at("/properties/word/items/items/type").asString()).isEqualTo("string");
      assertThat(data.get("required").size()).isEqualTo(2);
    }
    try (var model = open("kinds")) {
      var output = json(get(model, "/swagger.json")).at("/definitions/ServiceOutput/properties");
      assertThat(output.at("/double_out/items/format").asString()).isEqualTo("double");
      assertThat(output.at("/bool_out/items/type").asString()).isEqualTo("boolean");
    }
  }

  @Test
  void refusesOtherPathsAndMethods() {
    try (var model = open("ridge")) {
      assertThat(message(get(model, "/scores"), 404)).startsWith("no such path: /scores");
      assertThat(message(get(model, "/score"), 405))
          .isEqualTo("GET /score is not offered (expected: POST)");
      assertThat(message(post(model, "/", ""), 405)).contains("GET");
      assertThat(message(get(model, "/swagger.json?version=9"), 404)).contains("'9'");
    }
  }
}
