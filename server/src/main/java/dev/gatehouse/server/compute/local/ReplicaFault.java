package dev.gatehouse.server.compute.local;

import java.util.List;
import java.util.regex.Pattern;

/** A replica did not start, or was given up; the message says why in one sentence. */
public final class ReplicaFault extends RuntimeException {

  private static final Pattern EXCEPTION =
      Pattern.compile(
          "([A-Za-z_][\\w.]*(Error|Exception|Exit|Interrupt|Warning|Fault)|[A-Z]\\w*)(: .*)?");

  private final int exitCode;
  private final String reason;
  private final transient List<String> lastLines;

  ReplicaFault(int exitCode, String reason, List<String> lastLines) {
    super(
        "The entry script did not start"
            + (exitCode < 0 ? "" : " (exit code " + exitCode + ")")
            + ": "
            + reason);
    this.exitCode = exitCode;
    this.reason = reason;
    this.lastLines = List.copyOf(lastLines);
  }

  /**
   * 3 when the script's import or init() failed, 128 + n for signal n, -1 when it did not end by
   * itself.
   */
  public int exitCode() {
    return exitCode;
  }

  /** The last exception line of what it printed, or what was done to it. */
  public String reason() {
    return reason;
  }

  /** The end of what it printed, oldest line first. */
  public List<String> lastLines() {
    return lastLines;
  }

  /** The line a traceback ends with; else the last line that says anything. */
  static String reasonIn(List<String> lines, int exitCode) {
    for (var line : lines.reversed()) {
      if (EXCEPTION.matcher(line).matches()) {
        return line;
      }
    }
    return lines.reversed().stream()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse(exitCode > 128 ? "killed by signal " + (exitCode - 128) : "it printed nothing");
  }
}
