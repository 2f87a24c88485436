package dev.gatehouse.cli;

/** What every command ends with; documented in its help. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;

  /** Wrong usage, or something of this machine is missing or not allowed. */
  static final int USAGE = 2;

  static final int NOT_RUNNING = 3;

  private ExitCode() {}
}
