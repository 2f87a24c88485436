package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Beside each socket a file with the pid and the start time of its process, so that a later server
 * recognizes it for sure.
 */
final class PidFiles {

  private static final String ENDING = ".pid";

  private PidFiles() {}

  static void write(Path socket, ProcessHandle process) throws IOException {
    Files.writeString(of(socket), process.pid() + " " + started(process));
  }

  static void remove(Path socket) {
    try {
      Files.deleteIfExists(of(socket));
      Files.deleteIfExists(socket);
    } catch (IOException _) {
      // A file that stays is seen and removed at the next start.
    }
  }

  /**
   * Kills what earlier servers left running and removes their files; returns the pids that were
   * killed.
   */
  static List<Long> reap(Path runFolder) throws IOException {
    var killed = new ArrayList<Long>();
    if (!Files.isDirectory(runFolder)) {
      return killed;
    }
    try (var files = Files.newDirectoryStream(runFolder, "*" + ENDING)) {
      for (var file : files) {
        var words = Files.readString(file).split(" ", 2);
        if (words.length == 2 && words[0].matches("\\d{1,18}")) {
          long pid = Long.parseLong(words[0]);
          var same = ProcessHandle.of(pid).filter(p -> started(p).equals(words[1])).isPresent();
          if (same) {
            ProcessTable.kill(ProcessTable.read().tree(pid));
            killed.add(pid);
          }
        }
        var name = file.getFileName().toString();
        remove(file.resolveSibling(name.substring(0, name.length() - ENDING.length())));
      }
    }
    return killed;
  }

  private static Path of(Path socket) {
    return socket.resolveSibling(socket.getFileName() + ENDING);
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("");
  }
}
