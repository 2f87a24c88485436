package dev.gatehouse.server.operation;

/**
 * Takes the lines that whoever waits for the operation may read; at most 10,000, the later ones are
 * dropped.
 */
@FunctionalInterface
public interface OperationLog {
  void line(String text);
}
