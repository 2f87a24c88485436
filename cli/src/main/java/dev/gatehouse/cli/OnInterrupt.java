package dev.gatehouse.cli;

/** What is done when the process is told to end while this is open, as by Ctrl-C. */
final class OnInterrupt implements AutoCloseable {
  private final Thread hook;
  private volatile boolean ending;

  OnInterrupt(Runnable action) {
    hook =
        new Thread(() -> {
          ending = true;
          action.run();
        });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process is ending, so that what fails now fails because of that. */
  boolean ending() {
    return ending;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending already, and the hook does its work.
      ending = true;
    }
  }
}
