package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  /** Not found (a broken link), no program, not allowed. */
  private static final Pattern NO_PROGRAM = Pattern.compile("error=(2|8|13)\\b");

  private static final String ASK =
      "import sys, ensurepip; print('%s|%d.%d.%d' % ((sys.executable,) + sys.version_info[:3]))";

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(60);

  private final List<Interpreter> found;
  private final boolean complete;

  private Interpreters(List<Interpreter> found, boolean complete) {
    this.found = List.copyOf(found);
    this.complete = complete;
  }

  /** What a candidate answered; only silence says nothing about what it is. */
  private sealed interface Answer {
    record Is(Interpreter interpreter) implements Answer {}

    record IsNone() implements Answer {}

    record Silence() implements Answer {}
  }

  /** False when one did not answer, though it may be an interpreter: the machine was too busy. */
  boolean complete() {
    return complete;
  }

  /**
   * Asks each {@code python*} of these folders for its version, in their order; one that does not
   * answer is asked again by itself.
   */
  static Interpreters in(List<Path> folders) throws InterruptedException {
    var found = new ArrayList<Interpreter>();
    var seen = new HashSet<Path>();
    boolean complete = true;
    var candidates = folders.stream().flatMap(folder -> candidates(folder).stream()).toList();
    // All at the same time: version managers put slow scripts in the place of interpreters.
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var first =
          executor.invokeAll(
              candidates.stream()
                  .map(candidate -> (Callable<Answer>) () -> ask(candidate, PATIENCE))
                  .toList());
      for (int i = 0; i < candidates.size(); i++) {
        Answer answer = first.get(i).resultNow();
        if (answer instanceof Answer.Silence) {
          answer = ask(candidates.get(i), LAST_PATIENCE);
        }
        switch (answer) {
          case Answer.Is(Interpreter interpreter) -> {
            if (seen.add(real(interpreter.path()))) {
              found.add(interpreter);
            }
          }
          case Answer.IsNone _ -> {}
          case Answer.Silence _ -> complete = false;
        }
      }
    }
    return new Interpreters(found, complete);
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

  private static Answer ask(Path candidate, Duration patience) throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(candidate.toString(), "-I", "-c", ASK)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      // A machine that is out of processes or memory says so here, too.
      return NO_PROGRAM.matcher(String.valueOf(e.getMessage())).find()
          ? new Answer.IsNone()
          : new Answer.Silence();
    }
    try {
      process.getOutputStream().close();
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Answer.Silence();
      }
      var answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      var bar = answer.lastIndexOf('|');
      var matcher = VERSION.matcher(answer.substring(bar + 1));
      if (process.exitValue() != 0 || bar < 0 || !matcher.matches()) {
        return process.exitValue() > 128 ? new Answer.Silence() : new Answer.IsNone();
      }
      return new Answer.Is(
          new Interpreter(
              Path.of(answer.substring(0, bar)),
              number(matcher.group(1)),
              number(matcher.group(2)),
              number(matcher.group(3))));
    } catch (IOException _) {
      return new Answer.Silence();
    } finally {
      process.destroyForcibly();
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
