package dev.gatehouse.server.compute.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A tool run to its end: both its outputs go line by line to a consumer, and the last lines are
 * kept.
 */
record Command(List<String> words, Path folder, Map<String, String> environment, Duration timeout) {

  private static final int KEPT_LINES = 60;

  Command {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
  }

  /** How it ended. */
  record Result(int exitCode, boolean timedOut, List<String> lastLines) {}

  /** Blocks; a timeout or an interrupt kills the tool and what it started. */
  Result run(Consumer<String> log) throws InterruptedException, IOException {
    var builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    var process = builder.start();
    process.getOutputStream().close();
    var last = new ArrayDeque<String>();
    var reader =
        Thread.ofVirtual()
            .start(() -> read(process.inputReader(StandardCharsets.UTF_8), last, log));
    try {
      var ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        kill(process);
      }
      reader.join();
      return new Result(process.waitFor(), !ended, new ArrayList<>(last));
    } finally {
      kill(process);
    }
  }

  private static void read(BufferedReader lines, ArrayDeque<String> last, Consumer<String> log) {
    try (lines) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (last.size() == KEPT_LINES) {
          last.removeFirst();
        }
        last.addLast(line);
        log.accept(line);
      }
    } catch (IOException | UncheckedIOException _) {
      // The pipe of a killed process breaks; what was read before counts.
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
