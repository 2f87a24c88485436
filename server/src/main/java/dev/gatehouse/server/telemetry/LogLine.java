package dev.gatehouse.server.telemetry;

import java.time.Instant;
import java.util.Map;

/**
 * A line about a service.
 *
 * @param attributes what is said of it besides
 */
public record LogLine(Source source, Instant at, String text, Map<String, String> attributes) {
  public LogLine {
    attributes = Map.copyOf(attributes);
  }

  /** Who said it: a version of a service. */
  public record Source(String service, String version) {}
}
