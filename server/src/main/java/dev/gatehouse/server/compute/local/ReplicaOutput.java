package dev.gatehouse.server.compute.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Reads what one replica process prints, to the end of its pipe: a full pipe would stop the script.
 */
final class ReplicaOutput implements Runnable {

  private static final int LINE_BYTES = 64 * 1024;
  private static final int KEPT_LINES = 60;

  /**
   * The runner prints it after init(); only what comes before is the init log, whose reader may lag
   * behind.
   */
  static final String INITIALIZED = "gatehouse-runner: initialized";

  private final InputStream source;
  private final ReplicaProcess.Logs logs;
  private boolean starting = true;

  @GuardedBy("last")
  private final ArrayDeque<String> last = new ArrayDeque<>();

  ReplicaOutput(InputStream source, ReplicaProcess.Logs logs) {
    this.source = source;
    this.logs = logs;
  }

  List<String> lastLines() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }

  @Override
  public void run() {
    var line = new ByteArrayOutputStream();
    var block = new byte[8192];
    try (source) {
      for (int count = source.read(block); count >= 0; count = source.read(block)) {
        for (int i = 0; i < count; i++) {
          if (block[i] == '\n') {
            take(line);
          } else if (line.size() < LINE_BYTES) { // the rest of a longer line is dropped
            line.write(block[i]);
          }
        }
      }
    } catch (IOException _) {
      // The pipe of a killed process breaks; what was read before counts.
    }
    if (line.size() > 0) {
      take(line);
    }
  }

  /** A line of our own among those of the script. */
  void note(String line) {
    try {
      logs.run().append(line);
    } catch (IOException _) {
      // As below.
    }
  }

  private void take(ByteArrayOutputStream bytes) {
    var line = bytes.toString(StandardCharsets.UTF_8).replace("\r", "");
    bytes.reset();
    if (starting && line.equals(INITIALIZED)) {
      starting = false;
      return;
    }
    synchronized (last) {
      if (last.size() == KEPT_LINES) {
        last.removeFirst();
      }
      last.addLast(line);
    }
    logs.listener().accept(line);
    try {
      logs.run().append(line);
      if (starting) {
        logs.init().append(line);
      }
    } catch (IOException _) {
      // A full disk must not stop the service; the last lines are in memory.
    }
  }
}
