package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The models, the entry script and the numbers of the demonstration. */
record DemoFiles(Path folder) {
  DemoFiles {
    if (!Files.isDirectory(folder)) {
      throw new Failure(
          ExitCode.USAGE, folder + " is missing; run ./gatehouse from a whole checkout.");
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** As the SDK's Environment sends it. */
  JsonNode environment() throws IOException {
    return Wire.parse(Files.readString(file("environment.json")));
  }

  /** The request for a model, and what scikit-learn itself answered when the model was made. */
  Sample sample(String model) throws IOException {
    JsonNode sample = Wire.parse(Files.readString(file("expected.json"))).path(model);
    String request = Wire.object().set("data", sample.path("data")).toString();
    return new Sample(request, numbers(sample.path("answer")));
  }

  /** A request and the numbers that are right. */
  record Sample(String request, List<Double> answer) {
    private static final double TOLERANCE = 1e-4;

    /** Fails unless the body holds these numbers and no others, but for rounding. */
    void check(String body) {
      List<Double> got = numbers(Wire.parse(body));
      boolean same = got.size() == answer.size();
      for (int i = 0; same && i < got.size(); i++) {
        double expected = answer.get(i);
        same = Math.abs(got.get(i) - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
      }
      if (!same) {
        throw new Failure(
            ExitCode.FAILED,
            "The model must answer " + answer + ", but the service answered " + body + ".");
      }
    }
  }

  private static List<Double> numbers(JsonNode document) {
    if (document.isNumber()) {
      return List.of(document.doubleValue());
    }
    var all = new ArrayList<Double>();
    document.forEach(child -> all.addAll(numbers(child)));
    return all;
  }
}
