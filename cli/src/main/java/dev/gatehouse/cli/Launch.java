package dev.gatehouse.cli;

import dev.gatehouse.api.ServerStatus;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Starts a server as a process that outlives this one. */
final class Launch {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration GREETING = Duration.ofSeconds(2);
  private static final int SHOWN_LINES = 15;
  private static final String READY = "Gatehouse is ready";

  private final Context context;

  Launch(Context context) {
    this.context = context;
  }

  /** A server that is ready, and what it printed, which may hold a secret that is shown once. */
  record Started(ServerStatus status, String greeting) {}

  /** Returns when the server is ready; otherwise it runs no more, and the failure says why. */
  Started start(DataFolder data, List<String> options) throws IOException {
    data.make();
    List<String> command = new ArrayList<>(detached());
    command.add(context.home().resolve("gatehouse").toString());
    command.addAll(List.of("up", "--data", data.root().toString()));
    command.addAll(options);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.newOutputFile().toFile()))
            .start();
    try (var _ = new OnInterrupt(() -> stop(process))) {
      ServerStatus status =
          context
              .timer()
              .until(PATIENCE, PAUSE, () -> ready(process, data))
              .orElseThrow(() -> tooSlow(process, data));
      return new Started(status, greeting(data));
    }
  }

  private static Optional<ServerStatus> ready(Process process, DataFolder data) {
    if (!process.isAlive()) {
      throw ended(process, data);
    }
    return own(data, process);
  }

  /** Takes what was printed out of the file, because secrets are not to stay there. */
  private String greeting(DataFolder data) throws IOException {
    context
        .timer()
        .until(GREETING, PAUSE, () -> data.output().filter(text -> text.contains(READY)));
    String text = data.output().orElse("");
    data.emptyOutput();
    return text;
  }

  private static Optional<ServerStatus> own(DataFolder data, Process process) {
    try {
      return data.status()
          .filter(status ->
              Stream.concat(Stream.of(process.toHandle()), process.descendants())
                  .anyMatch(handle -> handle.pid() == status.pid()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A session of its own, so that neither Ctrl-C nor the end of the terminal reaches the server.
   */
  private List<String> detached() {
    String path = context.environment().getOrDefault("PATH", "/usr/bin:/bin");
    for (String program : List.of("setsid", "nohup")) {
      for (String folder : path.split(File.pathSeparator, -1)) {
        Path file = Path.of(folder, program);
        if (Files.isExecutable(file)) {
          return List.of(file.toString());
        }
      }
    }
    return List.of();
  }

  private static Failure ended(Process process, DataFolder data) {
    int code = process.exitValue() == ExitCode.USAGE ? ExitCode.USAGE : ExitCode.FAILED;
    return new Failure(
        code,
        "The server ended before it was ready; its last lines:\n" + data.lastOutput(SHOWN_LINES));
  }

  private Failure tooSlow(Process process, DataFolder data) {
    stop(process);
    return new Failure(
        ExitCode.FAILED,
        "The server was not ready after %d s and was stopped; %s has more. Its last lines:\n%s"
            .formatted(PATIENCE.toSeconds(), data.logFile(), data.lastOutput(SHOWN_LINES)));
  }

  private void stop(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    new ServerProcess(process.toHandle()).stop(context.timer(), Duration.ofSeconds(10));
  }
}
