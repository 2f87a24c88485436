package dev.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The process of a server, which need not be a child of ours. */
record ServerProcess(ProcessHandle handle) {
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** The live process, unless the number now belongs to a program that is not Gatehouse. */
  static Optional<ServerProcess> find(long pid) {
    return ProcessHandle.of(pid)
        .filter(handle ->
            handle.info().commandLine().map(line -> line.contains("gatehouse")).orElse(true))
        .map(ServerProcess::new)
        .filter(ServerProcess::alive);
  }

  /** Asks it to end and waits; kills it after that, and says false. */
  boolean stop(Timer timer, Duration patience) {
    handle.destroy();
    if (gone(timer, patience)) {
      return true;
    }
    handle.destroyForcibly();
    gone(timer, Duration.ofSeconds(10));
    return false;
  }

  private boolean gone(Timer timer, Duration patience) {
    return timer
        .until(patience, PAUSE, () -> alive() ? Optional.empty() : Optional.of(true))
        .isPresent();
  }

  /** A zombie, which waits for a parent to collect it, is not alive. */
  private boolean alive() {
    if (!handle.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException _) {
      return handle.isAlive();
    }
  }
}
