package dev.gatehouse.cli;

import java.nio.file.Path;

/** Ends a command with an exit code and one sentence that says what to do. */
final class Failure extends RuntimeException {
  private final int exitCode;

  Failure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static Failure notRunning(Path data) {
    return new Failure(
        ExitCode.NOT_RUNNING,
        "Gatehouse is not running on the data folder %s; start it with './gatehouse up --detach --data %s'."
            .formatted(data, Shell.SH.quoted(data.toString())));
  }

  int exitCode() {
    return exitCode;
  }
}
