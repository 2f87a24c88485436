package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.onnx.Batching;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The properties by which a service has requests joined into one run of its ONNX model. */
final class Batches {
  private static final String MOST = "gatehouse.batch.max";
  private static final String WAIT = "gatehouse.batch.wait";
  private static final String TWO_MILLIS = "2ms";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,6})(us|ms|s)");

  private Batches() {}

  /** Empty when the service asks for none; a fault is a 400. */
  static Optional<Batching> of(ObjectNode document) {
    JsonNode properties = document.path("properties");
    String most = properties.path(MOST).asString("").strip();
    String wait = properties.path(WAIT).asString("").strip();
    if (most.isEmpty()) {
      if (!wait.isEmpty()) {
        throw invalid(WAIT, wait, "nothing without the property '" + MOST + "'");
      }
      return Optional.empty();
    }
    if (!NUMBER.matcher(most).matches()) {
      throw invalid(MOST, most, "the most rows of one run, such as 16");
    }
    var time = TIME.matcher(wait.isEmpty() ? TWO_MILLIS : wait);
    if (!time.matches()) {
      throw invalid(WAIT, wait, "a time such as 2ms or 500us");
    }
    long number = Long.parseLong(time.group(1));
    Duration patience =
        switch (time.group(2)) {
          case "us" -> Duration.ofNanos(1_000 * number);
          case "ms" -> Duration.ofMillis(number);
          default -> Duration.ofSeconds(number);
        };
    try {
      return Optional.of(new Batching(Integer.parseInt(most), patience));
    } catch (IllegalArgumentException e) {
      throw invalid(
          MOST + "' or '" + WAIT, most + ", " + time.group(), String.valueOf(e.getMessage()));
    }
  }

  private static ProblemException invalid(String property, String value, String expected) {
    return ProblemException.invalid(
        "The property '" + property + "' is '" + value + "' (expected: " + expected + ").");
  }
}
