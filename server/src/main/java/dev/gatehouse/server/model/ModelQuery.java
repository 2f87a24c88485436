package dev.gatehouse.server.model;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Request;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which models a list shows (PROTOCOL.md 8.5).
 *
 * @param equal columns and the values they must have
 * @param tags with the value, or with none when any value will do
 * @param before only what was registered before that place in the order; 0 for all
 */
record ModelQuery(
    Map<String, String> equal,
    Map<String, Optional<String>> tags,
    Map<String, Optional<String>> properties,
    String dataset,
    boolean latestOnly,
    int count,
    long before) {
  private static final int MOST = 1000;

  ModelQuery {
    equal = Map.copyOf(equal);
    tags = Map.copyOf(tags);
    properties = Map.copyOf(properties);
  }

  static ModelQuery of(Request request) {
    var equal = new LinkedHashMap<String, String>();
    present(request, "name").ifPresent(value -> equal.put("name", value));
    present(request, "framework").ifPresent(value -> equal.put("framework", value));
    present(request, "runId").ifPresent(value -> equal.put("run_id", value));
    var tags = pairs(request.query("tags").orElse(""));
    tags.putAll(pairs(request.query("tag").orElse("")));
    return new ModelQuery(
        equal,
        tags,
        pairs(request.query("properties").orElse("")),
        request.query("datasetId").orElse(""),
        "true".equalsIgnoreCase(request.query("latestVersionOnly").orElse("")),
        (int) Math.min(number(request, "count", MOST), MOST),
        number(request, "$skipToken", 0));
  }

  private static Optional<String> present(Request request, String parameter) {
    return request.query(parameter).filter(value -> !value.isEmpty());
  }

  /** {@code a=b,c}: a has the value b, and c is there. */
  private static Map<String, Optional<String>> pairs(String text) {
    var pairs = new LinkedHashMap<String, Optional<String>>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (!key.isEmpty()) {
        pairs.put(key, equals < 0 ? Optional.empty() : Optional.of(pair.substring(equals + 1)));
      }
    }
    return pairs;
  }

  private static long number(Request request, String parameter, long otherwise) {
    String sent = request.query(parameter).orElse("");
    if (sent.isEmpty()) {
      return otherwise;
    }
    if (!sent.matches("[1-9][0-9]{0,17}")) {
      throw ProblemException.invalid(
          "'" + parameter + "' is '" + sent + "' (expected: a number from 1 on).");
    }
    return Long.parseLong(sent);
  }
}
