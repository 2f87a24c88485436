package dev.gatehouse.server.compute.local;

import java.util.List;

/**
 * A Python environment could not be made; the message is one sentence that names the requirement or
 * the cause.
 */
public final class EnvironmentFault extends RuntimeException {

  private final transient List<String> lastLines;
  private final boolean temporary;

  EnvironmentFault(String sentence, List<String> lastLines, boolean temporary) {
    super(sentence);
    this.lastLines = List.copyOf(lastLines);
    this.temporary = temporary;
  }

  /** The end of what the tool printed, oldest line first. */
  public List<String> lastLines() {
    return lastLines;
  }

  /** True when trying again may help: the network, a timeout. */
  public boolean temporary() {
    return temporary;
  }
}
