package dev.gatehouse.server.service.driver;

import java.util.List;

/** A load did not come up; nothing of it runs. */
public final class StartFailure extends Exception {
  /** In which step it failed. */
  public enum Step {
    ENVIRONMENT,
    START
  }

  private final Step step;
  private final transient List<String> lastLines;

  /**
   * @param reason one line for the owner of the service, such as the last line of an exception
   * @param lastLines of the log, oldest first
   */
  public StartFailure(Step step, String reason, List<String> lastLines) {
    super(reason);
    this.step = step;
    this.lastLines = List.copyOf(lastLines);
  }

  public Step step() {
    return step;
  }

  public String reason() {
    return String.valueOf(getMessage());
  }

  public List<String> lastLines() {
    return lastLines;
  }
}
