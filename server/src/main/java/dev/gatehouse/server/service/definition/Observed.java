package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/**
 * What is kept of a version's requests.
 *
 * @param collect whether bodies are collected, and what its script gives to ModelDataCollector
 * @param sample how many of the requests, 0 to 1; empty where the service does not say
 * @param insights whether each request is traced and what the replicas print is sent
 */
public record Observed(boolean collect, OptionalDouble sample, boolean insights) {
  /** The member of {@code properties} with the share of the requests that is collected. */
  static final String SAMPLE_PROPERTY = "gatehouse.collect.sample";

  /** What a version's document says; where it says nothing, its endpoint's does. */
  static Observed of(JsonNode version, JsonNode endpoint) {
    OptionalDouble own = sample(version);
    return new Observed(
        version.path("dataCollection").path("storageEnabled").asBoolean(false),
        own.isPresent() ? own : sample(endpoint),
        version.path("appInsightsEnabled").asBoolean(false)
            || endpoint.path("appInsightsEnabled").asBoolean(false));
  }

  private static OptionalDouble sample(JsonNode document) {
    JsonNode text = document.path("properties").path(SAMPLE_PROPERTY);
    if (text.isMissingNode()) {
      return OptionalDouble.empty();
    }
    try {
      double sample = Double.parseDouble(text.asString(""));
      if (sample >= 0 && sample <= 1) {
        return OptionalDouble.of(sample);
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw ProblemException.invalid(
        "The property '%s' is '%s'; send a number from 0 to 1, such as 0.1 for every tenth request."
            .formatted(SAMPLE_PROPERTY, text.asString("")));
  }
}
