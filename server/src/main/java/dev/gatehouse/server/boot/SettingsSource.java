package dev.gatehouse.server.boot;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The keys of {@code gatehouse.yaml}, each of which an environment variable overrides ({@code
 * listen.https-port} by {@code GATEHOUSE_LISTEN_HTTPS_PORT}) and a command line option overrides
 * that. A key that nothing asks for is refused.
 */
final class SettingsSource {
  private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d+)(B|KiB|MiB|GiB)");

  private final Path file;
  private final Map<String, String> fromFile = new HashMap<>();
  private final Map<String, String> environment;
  private final Map<String, String> options;
  private final Set<String> asked = new TreeSet<>();

  SettingsSource(Path file, Map<String, String> environment, Map<String, String> options) {
    this.file = file;
    this.environment = environment;
    this.options = options;
    if (Files.exists(file)) {
      try {
        flatten("", new YAMLMapper().readTree(file.toFile()));
      } catch (JacksonException e) {
        throw new SettingsException(
            file + " is not YAML that can be read: " + e.getOriginalMessage());
      }
    }
  }

  private void flatten(String prefix, JsonNode node) {
    if (node.isObject()) {
      node.forEachEntry(
          (name, child) -> flatten(prefix.isEmpty() ? name : prefix + "." + name, child));
    } else if (!prefix.isEmpty() && !node.isNull()) {
      if (node.isArray()) {
        throw new SettingsException(file + ": " + prefix + " is a list (expected: one value)");
      }
      fromFile.put(prefix, node.asString());
    } else if (prefix.isEmpty() && !node.isMissingNode() && !node.isNull()) {
      throw new SettingsException(file + " must hold keys and values, such as 'region: local'");
    }
  }

  Optional<String> text(String key) {
    asked.add(key);
    return Optional.ofNullable(options.get(key))
        .or(() -> Optional.ofNullable(environment.get(variable(key))))
        .or(() -> Optional.ofNullable(fromFile.get(key)));
  }

  String text(String key, String otherwise, Pattern form, String expected) {
    String value = text(key).orElse(otherwise);
    if (!form.matcher(value).matches()) {
      throw wrong(key, value, expected);
    }
    return value;
  }

  int port(String key, int otherwise) {
    return parsed(
        key,
        otherwise,
        "a port, 0 to 65535; 0 takes a free one",
        value -> {
          int port = Integer.parseInt(value);
          return port >= 0 && port <= 65535 ? Optional.of(port) : Optional.empty();
        });
  }

  int count(String key, int otherwise) {
    return parsed(
        key,
        otherwise,
        "a whole number, 0 to 1000",
        value -> {
          int count = Integer.parseInt(value);
          return count >= 0 && count <= 1000 ? Optional.of(count) : Optional.empty();
        });
  }

  boolean flag(String key, boolean otherwise) {
    return parsed(
        key,
        otherwise,
        "true or false",
        value ->
            "true".equals(value) || "false".equals(value)
                ? Optional.of("true".equals(value))
                : Optional.empty());
  }

  Duration duration(String key, Duration otherwise) {
    return parsed(
        key, otherwise, "a number with its unit: ms, s, m, h or d", SettingsSource::parseDuration);
  }

  /** A share of a whole. */
  double ratio(String key, double otherwise) {
    return parsed(
        key,
        otherwise,
        "a number from 0 to 1",
        value -> {
          double ratio = Double.parseDouble(value);
          return ratio >= 0 && ratio <= 1 ? Optional.of(ratio) : Optional.empty();
        });
  }

  long bytes(String key, long otherwise) {
    return parsed(
        key, otherwise, "a number with its unit: B, KiB, MiB or GiB", SettingsSource::parseSize);
  }

  Path path(String key, Path otherwise) {
    return text(key).map(Path::of).map(Path::toAbsolutePath).orElse(otherwise);
  }

  /** An address on the web; it is not repeated in the error, because it may hold a secret. */
  Optional<URI> web(String key) {
    return text(key).map(value -> web(key, value));
  }

  /** One of several addresses of that key. */
  static URI web(String key, String value) {
    try {
      var uri = new URI(value);
      if (("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
          && uri.getHost() != null) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new SettingsException(
        key + ": '•••' (expected: a URL that begins with https:// or http://)");
  }

  /** What follows this beginning in keys of the file and of the command line. */
  Set<String> under(String prefix) {
    var found = new TreeSet<String>();
    for (Set<String> keys : List.of(fromFile.keySet(), options.keySet())) {
      keys.stream()
          .filter(key -> key.startsWith(prefix))
          .map(key -> key.substring(prefix.length()))
          .forEach(found::add);
    }
    return found;
  }

  /** Refuses what the file holds and nothing has asked for. */
  void refuseUnknown() {
    for (String key : fromFile.keySet()) {
      if (!asked.contains(key)) {
        throw new SettingsException(
            file + ": unknown key '" + key + "' (known keys: " + String.join(", ", asked) + ")");
      }
    }
  }

  private <T> T parsed(
      String key, T otherwise, String expected, Function<String, Optional<T>> parser) {
    Optional<String> value = text(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      return parser.apply(value.get()).orElseThrow(() -> wrong(key, value.get(), expected));
    } catch (NumberFormatException e) {
      throw wrong(key, value.get(), expected);
    }
  }

  private SettingsException wrong(String key, String value, String expected) {
    String where =
        options.containsKey(key)
            ? "the command line"
            : environment.containsKey(variable(key)) ? variable(key) : file.toString();
    return new SettingsException(
        where + ": " + key + ": '" + value + "' (expected: " + expected + ")");
  }

  private static String variable(String key) {
    return "GATEHOUSE_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static Optional<Duration> parseDuration(String text) {
    Matcher m = DURATION.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(m.group(1));
    return Optional.of(
        switch (m.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        });
  }

  private static Optional<Long> parseSize(String text) {
    Matcher m = SIZE.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(m.group(1));
    return Optional.of(
        switch (m.group(2)) {
          case "B" -> number;
          case "KiB" -> number << 10;
          case "MiB" -> number << 20;
          default -> number << 30;
        });
  }
}
