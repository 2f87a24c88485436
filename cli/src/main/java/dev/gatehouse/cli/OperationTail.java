package dev.gatehouse.cli;

import dev.gatehouse.api.OperationState;

/** Shows the last entry of an operation's log, which is read piece by piece. */
final class OperationTail {
  private final Steps.Progress progress;
  private int length;

  OperationTail(Steps.Progress progress) {
    this.progress = progress;
  }

  /** From where the next piece is to be asked for: the server counts code points. */
  int length() {
    return length;
  }

  OperationState seen(OperationState state) {
    if (state instanceof OperationState.Running(var log) && !log.isEmpty()) {
      length += log.codePointCount(0, log.length());
      String entry = log.substring(log.lastIndexOf('#') + 1);
      progress.at(entry.substring(entry.indexOf('|') + 1).strip());
    }
    return state;
  }
}
