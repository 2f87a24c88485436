package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * How a version of an endpoint is tried out, as its properties say.
 *
 * @param mirrorPercent of the requests to others it gets copies, while it has no traffic
 * @param rollout how it gets its traffic; empty when it simply has it
 */
public record Trial(int mirrorPercent, Optional<Plan> rollout) {
  /** The property that has requests to other versions copied to this one. */
  static final String MIRROR = "gatehouse.mirror";

  /** What the properties of a gradual roll-out begin with. */
  static final String ROLLOUT = "gatehouse.rollout.";

  static final Trial NONE = new Trial(0, Optional.empty());

  private static final Set<String> KEYS =
      new TreeSet<>(Set.of("steps", "interval", "max-error-rate", "max-p99", "min-requests"));
  private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h)");
  private static final Pattern PERCENT = Pattern.compile("(100|[0-9]{1,2}(\\.[0-9]{1,3})?)%");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,7}");
  private static final int MOST_STEPS = 20;

  /**
   * A gradual roll-out.
   *
   * @param steps percent of the traffic, rising
   * @param interval that each step lasts at least
   * @param maxErrorPercent of a step's requests that may fail with a status of 500 or above
   * @param maxP99 that 99 of 100 of a step's requests must keep
   * @param minRequests without which a step does not end
   */
  public record Plan(
      List<Integer> steps,
      Duration interval,
      double maxErrorPercent,
      Optional<Duration> maxP99,
      int minRequests) {
    public Plan {
      steps = List.copyOf(steps);
    }
  }

  /** Reads the properties of a version; a fault is a 400. */
  static Trial of(String version, JsonNode properties) {
    var reader = new Reader("versions/" + version + "/properties/", properties);
    reader.refuseUnknown();
    int mirror =
        reader
            .text(MIRROR)
            .map(text -> reader.whole(MIRROR, text.replaceFirst("%$", ""), 0, 100))
            .orElse(0);
    return new Trial(mirror, reader.plan());
  }

  /** A service without versions has nothing to mirror from and nothing to return to. */
  static void refuseOutsideEndpoints(JsonNode properties) {
    properties.forEachEntry((name, _) -> {
      if (name.equals(MIRROR) || name.startsWith(ROLLOUT)) {
        throw ProblemException.invalid(
            "The property '"
                + name
                + "' is one of a version of an endpoint; this service has no versions, so leave it out.");
      }
    });
  }

  private record Reader(String prefix, JsonNode properties) {
    Optional<String> text(String name) {
      JsonNode value = properties.path(name);
      return value.isString() ? Optional.of(value.stringValue().strip()) : Optional.empty();
    }

    void refuseUnknown() {
      properties.forEachEntry((name, value) -> {
        if (name.startsWith(ROLLOUT) && !KEYS.contains(name.substring(ROLLOUT.length()))) {
          throw wrong(name, value.asString(""), "one of the properties " + String.join(", ", KEYS));
        }
      });
    }

    Optional<Plan> plan() {
      Optional<String> steps = text(ROLLOUT + "steps");
      if (steps.isEmpty()) {
        for (String key : KEYS) {
          if (text(ROLLOUT + key).isPresent()) {
            throw ProblemException.invalid(
                "'%s%s%s' is set without '%ssteps'; send the steps too, such as 5,25,50,100."
                    .formatted(prefix, ROLLOUT, key, ROLLOUT));
          }
        }
        return Optional.empty();
      }
      return Optional.of(
          new Plan(
              steps(steps.get()),
              time("interval").orElse(Duration.ofMinutes(5)),
              text(ROLLOUT + "max-error-rate").map(this::percent).orElse(2.0),
              time("max-p99"),
              text(ROLLOUT + "min-requests")
                  .map(text -> whole(ROLLOUT + "min-requests", text, 1, 1_000_000))
                  .orElse(100)));
    }

    private List<Integer> steps(String text) {
      var steps = new ArrayList<Integer>();
      for (String step : text.split(",", -1)) {
        steps.add(whole(ROLLOUT + "steps", step.strip(), 1, 100));
      }
      for (int i = 1; i < steps.size(); i++) {
        if (steps.get(i) <= steps.get(i - 1)) {
          throw wrong(ROLLOUT + "steps", text, "percentages that rise, such as 5,25,50,100");
        }
      }
      if (steps.size() > MOST_STEPS) {
        throw wrong(ROLLOUT + "steps", text, "at most " + MOST_STEPS + " steps");
      }
      return steps;
    }

    private Optional<Duration> time(String key) {
      return text(ROLLOUT + key)
          .map(text -> {
            Matcher time = TIME.matcher(text);
            if (!time.matches()) {
              throw wrong(ROLLOUT + key, text, "a time such as 800ms, 30s, 5m or 1h");
            }
            long count = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
              case "ms" -> Duration.ofMillis(count);
              case "s" -> Duration.ofSeconds(count);
              case "m" -> Duration.ofMinutes(count);
              default -> Duration.ofHours(count);
            };
          });
    }

    private double percent(String text) {
      if (!PERCENT.matcher(text).matches()) {
        throw wrong(ROLLOUT + "max-error-rate", text, "a percentage such as 2% or 0.5%");
      }
      return Double.parseDouble(text.substring(0, text.length() - 1));
    }

    int whole(String name, String text, int least, int most) {
      if (!NUMBER.matcher(text).matches()
          || Integer.parseInt(text) < least
          || Integer.parseInt(text) > most) {
        throw wrong(name, text, "a whole number from " + least + " to " + most);
      }
      return Integer.parseInt(text);
    }

    private ProblemException wrong(String name, String text, String expected) {
      String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
      return ProblemException.invalid(
          "'%s%s' is '%s'; send %s.".formatted(prefix, name, shown, expected));
    }
  }
}
