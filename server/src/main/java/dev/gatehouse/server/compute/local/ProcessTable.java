package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All processes of the machine at one moment, as Linux shows them in /proc; elsewhere only
 * descendants are known.
 */
final class ProcessTable {

  private record Entry(long pid, long parent, long session) {}

  private final List<Entry> entries;

  private ProcessTable(List<Entry> entries) {
    this.entries = entries;
  }

  static ProcessTable read() {
    var entries = new ArrayList<Entry>();
    try (var folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var folder : folders) {
        try {
          var stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
          // The name in parentheses may hold anything, so count from its end: state, parent, group,
          // session.
          var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
          entries.add(
              new Entry(
                  Long.parseLong(folder.getFileName().toString()),
                  Long.parseLong(fields[1]),
                  Long.parseLong(fields[3])));
        } catch (IOException _) {
          // It ended while we looked.
        }
      }
    } catch (IOException _) {
      return new ProcessTable(List.of());
    }
    return new ProcessTable(entries);
  }

  /** The process, what it started, and everything of the session it leads. */
  Set<Long> tree(long root) {
    var members = new HashSet<Long>();
    members.add(root);
    if (entries.isEmpty()) {
      ProcessHandle.of(root).ifPresent(h -> h.descendants().forEach(d -> members.add(d.pid())));
    }
    boolean grown = true;
    while (grown) {
      grown = false;
      for (var entry : entries) {
        if (entry.session() == root || members.contains(entry.parent())) {
          grown |= members.add(entry.pid());
        }
      }
    }
    return members;
  }

  /**
   * What is left of the session that a process led; its number is not given away while a member
   * lives.
   */
  Set<Long> session(long leader) {
    return entries.stream()
        .filter(entry -> entry.session() == leader && entry.pid() != leader)
        .map(Entry::pid)
        .collect(Collectors.toSet());
  }

  /** SIGKILL to each member; a process that has ended meanwhile is skipped. */
  static void kill(Set<Long> members) {
    members.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }

  /**
   * Bytes in memory. Pages shared among the members count once for each at first; the exact sum is
   * made only above {@code limit}.
   */
  static long memory(Set<Long> members, long limit) {
    long quick = members.stream().mapToLong(ProcessTable::resident).sum();
    return quick <= limit ? quick : members.stream().mapToLong(ProcessTable::proportional).sum();
  }

  private static long resident(long pid) {
    try {
      var pages = Files.readString(Path.of("/proc/" + pid + "/statm")).split(" ", 3)[1];
      return Long.parseLong(pages) * 4096;
    } catch (IOException _) {
      return 0;
    }
  }

  private static long proportional(long pid) {
    try (var lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      return lines
              .filter(line -> line.startsWith("Pss:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum()
          * 1024;
    } catch (IOException | UncheckedIOException _) {
      return resident(pid);
    }
  }
}
