package dev.gatehouse.server.compute.local;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What uv said when it failed, boiled down to one sentence for the user. */
final class UvMessage {

  /** A bound on the interpreter that a requirement has: {@code >=3.11} or {@code <3.12}. */
  record PythonBound(boolean lower, int major, int minor) {}

  private record Rule(Pattern pattern, Function<MatchResult, String> sentence) {}

  private static final Pattern NETWORK =
      Pattern.compile(
          "error sending request|dns error|tcp connect error|[Cc]onnection refused|Network is unreachable|operation timed out"
              + "|[Nn]etwork (connectivity|was) .*disabled|Failed to fetch|invalid peer certificate");
  private static final Pattern HOST = Pattern.compile("https?://([^/\\s`)@]+@)?([^/\\s`)]+)");
  private static final Pattern USER = Pattern.compile("(\\w+://)[^/\\s@]+(?:@[^/\\s@]+)*@");
  private static final Pattern PYTHON =
      Pattern.compile(
          "Python version \\(([^)]*)\\) does not satisfy Python(>=|<)(\\d+)[.](\\d+)\\S*(?: and (\\S+) depends)?");
  private static final List<Rule> RULES =
      List.of(
          rule(
              "Couldn't parse requirement.*?cause: (.*?)( {2,}|$)",
              m -> "A requirement cannot be read: " + m.group(1) + "."),
          new Rule(
              PYTHON,
              m ->
                  (m.group(5) == null ? "A requirement" : m.group(5))
                      + (" needs Python" + m.group(2) + m.group(3) + "." + m.group(4))
                      + (", but the environment has Python " + m.group(1) + ".")),
          rule(
              "(\\S+) was not found in the package registry",
              m -> "The package index has no package named " + m.group(1) + "."),
          rule(
              "[Tt]here (?:is|are) no versions? of ([^\\s,]+)",
              m -> "The package index has no " + m.group(1) + "."),
          rule(
              "Failed to (?:build|download and build) [`']?([^`'\\s]+)",
              m ->
                  m.group(1)
                      + " has no ready-made package for this Python and could not be built."),
          rule(
              "cause: (Because .*?)(, we can conclude that your requirements are unsatisfiable|$)",
              m -> "The requirements contradict each other: " + m.group(1) + "."));

  private UvMessage() {}

  private static Rule rule(String pattern, Function<MatchResult, String> sentence) {
    return new Rule(Pattern.compile(pattern), sentence);
  }

  /** Users and passwords in URLs do not go on. */
  static String redacted(String line) {
    return line.indexOf('@') < 0 ? line : USER.matcher(line).replaceAll("$1•••@");
  }

  static EnvironmentFault fault(int exitCode, List<String> said) {
    var lastLines = said.stream().map(UvMessage::redacted).toList();
    var text = flat(lastLines);
    if (NETWORK.matcher(text).find()) {
      var host = HOST.matcher(text);
      var where = host.find() ? " at " + host.group(2) : "";
      return new EnvironmentFault(
          "The package index"
              + where
              + " could not be reached; check the network and the index settings of this machine.",
          lastLines,
          true);
    }
    for (var rule : RULES) {
      var matcher = rule.pattern().matcher(text);
      if (matcher.find()) {
        return new EnvironmentFault(
            rule.sentence().apply(matcher.toMatchResult()), lastLines, false);
      }
    }
    var last = lastLines.isEmpty() ? "it said nothing" : lastLines.getLast().strip();
    return new EnvironmentFault(
        "The Python environment could not be built (exit code " + exitCode + "): " + last,
        lastLines,
        false);
  }

  /** The bound that the interpreter missed, if that was the reason. */
  static Optional<PythonBound> missedPython(List<String> lines) {
    var matcher = PYTHON.matcher(flat(lines));
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.of(
        new PythonBound(
            matcher.group(2).equals(">="),
            Integer.parseInt(matcher.group(3)),
            Integer.parseInt(matcher.group(4))));
  }

  private static String flat(List<String> lines) {
    return String.join(" ", lines).replaceAll("\\s+", " ");
  }
}
