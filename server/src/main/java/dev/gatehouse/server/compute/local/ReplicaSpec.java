package dev.gatehouse.server.compute.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What one replica runs.
 *
 * @param service names the log; letters, digits, dashes
 * @param python the interpreter of its environment
 * @param files where its code and models lie
 * @param environment variables on top of those of {@code files}
 * @param program an entry script, or a built-in one
 * @param threads calls of run() at the same time
 * @param memoryBytes bound of the memory of all its processes; 0 for none
 * @param startTimeout bound of import and init()
 * @param liveness how it is found that it no longer answers
 */
public record ReplicaSpec(
    String service,
    Path python,
    ServiceFiles files,
    Map<String, String> environment,
    Program program,
    int threads,
    long memoryBytes,
    Duration startTimeout,
    Liveness liveness) {

  /** What is served. */
  public enum Program {
    ENTRY_SCRIPT,
    NO_CODE_SCIKIT_LEARN,
    NO_CODE_MLFLOW
  }

  public ReplicaSpec {
    if (!service.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException(
          "service: '" + service + "' (expected: letters, digits, '.', '_', '-')");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: at least 1)");
    }
    python = python.toAbsolutePath();
    environment = Map.copyOf(environment);
  }
}
