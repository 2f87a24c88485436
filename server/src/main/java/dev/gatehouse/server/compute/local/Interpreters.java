package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The Python interpreters of this machine; none is ever downloaded. */
final class Interpreters {

  /** One that was started and told its version. */
  record Interpreter(Path path, int major, int minor, int patch) {
    String version() {
      return major + "." + minor + "." + patch;
    }

    int order() {
      return major * 1000 + minor;
    }
  }

  private static final Pattern NAME = Pattern.compile("python(3([.]\\d+)?)?");
  private static final Pattern VERSION = Pattern.compile("(\\d+)[.](\\d+)(?:[.](\\d+))?.*");
  private static final String ASK =
      "import sys, ensurepip; print('%s|%d.%d.%d' % ((sys.executable,) + sys.version_info[:3]))";

  private final List<Interpreter> found;

  private Interpreters(List<Interpreter> found) {
    this.found = List.copyOf(found);
  }

  /**
   * Asks each {@code python*} of these folders for its version, in their order; those that do not
   * answer are left out.
   */
  static Interpreters in(List<Path> folders) throws InterruptedException {
    var found = new ArrayList<Interpreter>();
    var seen = new HashSet<Path>();
    var candidates = folders.stream().flatMap(folder -> candidates(folder).stream()).toList();
    // All at the same time: version managers put slow scripts in the place of interpreters.
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var answer :
          executor.invokeAll(candidates.stream().map(Interpreters::asking).toList())) {
        var interpreter = answer.resultNow();
        if (interpreter.isPresent() && seen.add(real(interpreter.get().path()))) {
          found.add(interpreter.get());
        }
      }
    }
    return new Interpreters(found);
  }

  /**
   * The one of that version, else the nearest (the newer of two); the first on the path for no
   * version.
   */
  Optional<Interpreter> nearest(String version) {
    var matcher = VERSION.matcher(version);
    var usable = found.stream().filter(i -> i.order() >= 3008);
    if (!matcher.matches()) {
      return usable.findFirst();
    }
    int wanted = number(matcher.group(1)) * 1000 + number(matcher.group(2));
    int patch = matcher.group(3) == null ? 0 : number(matcher.group(3));
    return usable.min(
        Comparator.comparingInt((Interpreter i) -> Math.abs(i.order() - wanted))
            .thenComparingInt(i -> -i.order())
            .thenComparingInt(i -> Math.abs(i.patch() - patch)));
  }

  /** The oldest that is at least that version. */
  Optional<Interpreter> atLeast(int major, int minor) {
    return extreme(i -> i.order() >= major * 1000 + minor, 1);
  }

  /** The newest that is below that version. */
  Optional<Interpreter> below(int major, int minor) {
    return extreme(i -> i.order() < major * 1000 + minor, -1);
  }

  private Optional<Interpreter> extreme(Predicate<Interpreter> fits, int sign) {
    return found.stream().filter(fits).min(Comparator.comparingInt(i -> sign * i.order()));
  }

  private static List<Path> candidates(Path folder) {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .filter(Files::isExecutable)
          .sorted(Comparator.comparing((Path file) -> rank(file.getFileName().toString())))
          .toList();
    } catch (IOException _) {
      return List.of(); // a folder on the path need not exist
    }
  }

  private static String rank(String name) {
    return name.equals("python3") ? "0" : name.equals("python") ? "1" : "2" + name;
  }

  private static Callable<Optional<Interpreter>> asking(Path candidate) {
    return () -> ask(candidate);
  }

  private static Optional<Interpreter> ask(Path candidate) throws InterruptedException {
    try {
      var process =
          new ProcessBuilder(candidate.toString(), "-I", "-c", ASK)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      var answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      var bar = answer.lastIndexOf('|');
      var matcher = VERSION.matcher(answer.substring(bar + 1));
      if (process.exitValue() != 0 || bar < 0 || !matcher.matches()) {
        return Optional.empty();
      }
      return Optional.of(
          new Interpreter(
              Path.of(answer.substring(0, bar)),
              number(matcher.group(1)),
              number(matcher.group(2)),
              number(matcher.group(3))));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException _) {
      return path;
    }
  }

  private static int number(String digits) {
    return Integer.parseInt(digits);
  }
}
