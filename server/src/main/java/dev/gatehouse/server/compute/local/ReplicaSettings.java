package dev.gatehouse.server.compute.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How replicas run on this machine.
 *
 * @param runner the file {@code gatehouse-runner.py}
 * @param runFolder a short path for sockets and pid files
 * @param logFolder holds one folder of logs per service
 * @param logBytes bound of one log file; each log has two
 * @param stopTimeout between SIGTERM and SIGKILL; requests are drained in it
 * @param restarts restarts in a row after which a crashing replica counts as given up
 * @param firstBackOff pause before the first restart, doubled each time up to a minute
 * @param memoryCheck period of the look at memory use
 * @param spares environments that have a process waiting with their libraries imported
 */
public record ReplicaSettings(
    Path runner,
    Path runFolder,
    Path logFolder,
    long logBytes,
    Duration stopTimeout,
    int restarts,
    Duration firstBackOff,
    Duration memoryCheck,
    int spares) {

  /** What sun_path holds on Linux, less the final zero. */
  private static final int SOCKET_PATH_BYTES = 107;

  public ReplicaSettings {
    runner = runner.toAbsolutePath();
    runFolder = runFolder.toAbsolutePath();
    var longest = runFolder.resolve("r-ffffffff.sock").toString().getBytes(StandardCharsets.UTF_8);
    if (longest.length > SOCKET_PATH_BYTES) {
      throw new IllegalArgumentException(
          "run folder: "
              + runFolder
              + " (expected: at most "
              + (SOCKET_PATH_BYTES - 16)
              + " bytes, for Unix sockets in it)");
    }
  }

  /**
   * The defaults: logs of 4 MiB, 40 s to drain, eight restarts in a row beginning at one second.
   */
  public static ReplicaSettings of(Path runner, Path runFolder, Path logFolder, int spares) {
    return new ReplicaSettings(
        runner,
        runFolder,
        logFolder,
        4 << 20,
        Duration.ofSeconds(40),
        8,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        spares);
  }
}
