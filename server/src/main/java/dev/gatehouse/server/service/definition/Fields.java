package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Copies members of a sent object, checked and with defaults, into a new one; whatever is not asked
 * for stays behind.
 */
final class Fields {
  private final JsonNode from;
  private final ObjectNode to = Json.object();
  private final String prefix;

  Fields(JsonNode from, String prefix) {
    this.from = from;
    this.prefix = prefix;
  }

  ObjectNode done() {
    return to;
  }

  /** A text, or null. */
  Fields text(String name) {
    JsonNode value = value(name);
    if (value != null && !value.isString()) {
      throw wrong(name, value, "a string");
    }
    to.set(name, value);
    return this;
  }

  Fields flag(String name, boolean fallback) {
    JsonNode value = value(name);
    if (value != null && !value.isBoolean()) {
      throw wrong(name, value, "true or false");
    }
    to.put(name, value == null ? fallback : value.booleanValue());
    return this;
  }

  /** A number; a null fallback leaves null. */
  Fields number(String name, @Nullable Double fallback, double least) {
    JsonNode value = value(name);
    if (value != null && (!value.isNumber() || value.doubleValue() < least)) {
      throw wrong(name, value, "a number of at least " + least);
    }
    if (value != null) {
      to.set(name, value);
    } else {
      to.put(name, fallback);
    }
    return this;
  }

  /** A whole number; a null fallback leaves null. */
  Fields whole(String name, @Nullable Integer fallback, Range range) {
    JsonNode value = value(name);
    if (value == null) {
      to.put(name, fallback);
      return this;
    }
    if (!value.isNumber()
        || value.doubleValue() != Math.rint(value.doubleValue())
        || value.doubleValue() < range.least()
        || value.doubleValue() > range.most()) {
      throw wrong(name, value, "a whole number from " + range.least() + " to " + range.most());
    }
    to.put(name, (int) value.doubleValue());
    return this;
  }

  /** An object whose values are texts; absent and null become an empty one. */
  Fields texts(String name) {
    JsonNode value = value(name);
    ObjectNode texts = to.putObject(name);
    if (value != null && !value.isObject()) {
      throw wrong(name, value, "an object of strings");
    }
    if (value != null) {
      value.forEachEntry((key, text) -> {
        if (!text.isString()) {
          throw wrong(name + "/" + key, text, "a string");
        }
        texts.set(key, text);
      });
    }
    return this;
  }

  /** An object as it is; left out when absent or null. */
  Fields object(String name) {
    JsonNode value = value(name);
    if (value != null) {
      if (!value.isObject()) {
        throw wrong(name, value, "an object");
      }
      to.set(name, value.deepCopy());
    }
    return this;
  }

  /** The members of an inner object, an empty one when it is absent. */
  Fields inner(String name) {
    JsonNode value = value(name);
    if (value != null && !value.isObject()) {
      throw wrong(name, value, "an object");
    }
    return new Fields(value == null ? Json.object() : value, prefix + name + "/");
  }

  Fields put(String name, JsonNode value) {
    to.set(name, value);
    return this;
  }

  private @Nullable JsonNode value(String name) {
    JsonNode value = from.path(name);
    return value.isMissingNode() || value.isNull() ? null : value;
  }

  private ProblemException wrong(String name, JsonNode value, String expected) {
    String shown = value.isValueNode() ? value.asString() : value.getNodeType().toString();
    return ProblemException.invalid(
        "'"
            + prefix
            + name
            + "' is "
            + (shown.length() > 60 ? shown.substring(0, 60) + "..." : shown)
            + "; send "
            + expected
            + ".");
  }

  /** Both ends are allowed. */
  record Range(int least, int most) {
    static final Range POSITIVE = new Range(1, Integer.MAX_VALUE);
    static final Range NATURAL = new Range(0, Integer.MAX_VALUE);
    static final Range REPLICAS = new Range(1, 200);
    static final Range PERCENT = new Range(0, 100);
    static final Range SCORING_MILLIS = new Range(1, 300_000);
  }
}
