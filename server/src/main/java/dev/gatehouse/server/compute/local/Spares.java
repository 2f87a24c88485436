package dev.gatehouse.server.compute.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * Processes that have imported the libraries of their environment already and wait to become a
 * replica; at most one for each environment, and the least used one ends when there are too many.
 */
final class Spares implements AutoCloseable {

  /** After the last replica of its environment has ended. */
  static final Duration KEPT = Duration.ofMinutes(10);

  private static final JsonMapper JSON = new JsonMapper();

  private final ReplicaSettings settings;
  private final InstantSource clock;
  private final Starter starter;

  @GuardedBy("this")
  private final Map<Path, Waiting> waiting = new LinkedHashMap<>();

  @GuardedBy("this")
  private boolean closed;

  private record Waiting(Process process, Instant used) {}

  Spares(ReplicaSettings settings, InstantSource clock, Starter starter) {
    this.settings = settings;
    this.clock = clock;
    this.starter = starter;
  }

  /**
   * Where that interpreter's replicas record what they import; empty when it is not one of ours.
   */
  static Optional<Path> imports(Path python) {
    var environment = python.resolveSibling("..").normalize();
    return Files.exists(environment.resolve(PythonEnvironments.MARKER))
        ? Optional.of(environment.resolve("imports"))
        : Optional.empty();
  }

  /** The order is what the process is told to be; empty when none waits. */
  Optional<Process> take(Path python, Order order) {
    Waiting spare;
    synchronized (this) {
      spare = waiting.remove(python);
    }
    if (spare == null || !spare.process().isAlive()) {
      return Optional.empty();
    }
    try {
      var stdin = spare.process().getOutputStream(); // stays open: its end is the replica's end
      stdin.write((JSON.writeValueAsString(order) + "\n").getBytes(StandardCharsets.UTF_8));
      stdin.flush();
      return Optional.of(spare.process());
    } catch (IOException _) {
      spare.process().destroyForcibly();
      return Optional.empty();
    }
  }

  /**
   * What a spare becomes.
   *
   * @param arguments those of the runner
   */
  record Order(List<String> arguments, Map<String, String> environment, String folder) {}

  /** Starts one for that interpreter unless it has one, or its replicas have recorded nothing. */
  synchronized void prepare(Path python) {
    var imports = imports(python).filter(Files::exists);
    if (closed || settings.spares() == 0 || imports.isEmpty()) {
      return;
    }
    var old = waiting.remove(python);
    if (old != null && old.process().isAlive()) {
      waiting.put(python, new Waiting(old.process(), clock.instant()));
      return;
    }
    var eldest = waiting.values().iterator();
    while (waiting.size() >= settings.spares()) {
      eldest.next().process().destroyForcibly();
      eldest.remove();
    }
    var builder =
        new ProcessBuilder(
                python.toString(),
                "-u",
                settings.runner().toString(),
                "--parent-pipe",
                "--spare",
                "--imports",
                imports.get().toString())
            .directory(settings.runFolder().toFile())
            .redirectErrorStream(true);
    ReplicaProcess.base(builder.environment(), python);
    try {
      waiting.put(python, new Waiting(starter.start(builder), clock.instant()));
    } catch (IOException _) {
      // The next replica starts without one.
    }
  }

  /** Ends those whose environment has not been in use for a while. */
  synchronized void tidy(Set<Path> inUse) {
    var oldest = clock.instant().minus(KEPT);
    waiting
        .entrySet()
        .removeIf(entry -> {
          var spare = entry.getValue();
          if (inUse.contains(entry.getKey())) {
            entry.setValue(new Waiting(spare.process(), clock.instant()));
            return false;
          }
          if (spare.used().isAfter(oldest)) {
            return false;
          }
          spare.process().destroyForcibly();
          return true;
        });
  }

  /** The process that waits for that interpreter. */
  synchronized Optional<ProcessHandle> waiting(Path python) {
    return Optional.ofNullable(waiting.get(python)).map(spare -> spare.process().toHandle());
  }

  @Override
  public synchronized void close() {
    closed = true;
    waiting.values().forEach(spare -> spare.process().destroyForcibly());
    waiting.clear();
  }
}
