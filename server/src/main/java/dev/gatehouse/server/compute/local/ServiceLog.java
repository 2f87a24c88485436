package dev.gatehouse.server.compute.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The lines of one service in two files of bounded size: the current one and the one before. */
final class ServiceLog {

  private final Path current;
  private final Path previous;
  private final long maxBytes;

  @GuardedBy("this")
  private long size;

  ServiceLog(Path file, long maxBytes) throws IOException {
    this.current = file;
    this.previous = file.resolveSibling(file.getFileName() + ".1");
    this.maxBytes = maxBytes;
    Files.createDirectories(file.toAbsolutePath().getParent());
    this.size = Files.exists(file) ? Files.size(file) : 0;
  }

  /** Lines are at most as long as a file; the caller cuts them. */
  synchronized void append(String line) throws IOException {
    var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    if (size > 0 && size + bytes.length > maxBytes) {
      Files.move(current, previous, StandardCopyOption.REPLACE_EXISTING);
      size = 0;
    }
    Files.write(current, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    size += bytes.length;
  }

  /** The last lines, oldest first; fewer if there are fewer. */
  synchronized List<String> tail(int lines) throws IOException {
    var now = tail(current, lines);
    if (now.size() == lines) {
      return now;
    }
    var all = new ArrayList<>(tail(previous, lines - now.size()));
    all.addAll(now);
    return all;
  }

  private static List<String> tail(Path path, int lines) throws IOException {
    if (lines <= 0 || !Files.exists(path)) {
      return List.of();
    }
    try (var file = new RandomAccessFile(path.toFile(), "r")) {
      long start = file.length();
      int newlines = 0;
      var block = new byte[8192];
      outer:
      while (start > 0) {
        int count = (int) Math.min(block.length, start);
        file.seek(start - count);
        file.readFully(block, 0, count);
        for (int i = count - 1; i >= 0; i--) {
          // The newline at the very end closes the last line and starts none.
          if (block[i] == '\n' && ++newlines == lines + 1) {
            start = start - count + i + 1;
            break outer;
          }
        }
        start -= count;
      }
      var rest = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(rest);
      return new String(rest, StandardCharsets.UTF_8).lines().toList();
    }
  }
}
