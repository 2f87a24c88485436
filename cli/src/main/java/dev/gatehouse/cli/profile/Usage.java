package dev.gatehouse.cli.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What processes of this machine take, read from {@code /proc}. */
public record Usage(List<Long> pids) {
  private static final double TICKS = 100; // USER_HZ, which is the same on every Linux

  public Usage {
    pids = List.copyOf(pids);
  }

  public static Usage of(long pid) {
    return new Usage(List.of(pid));
  }

  /** Those whose working folder lies below a folder in there with one of these name beginnings. */
  public static Usage below(Path parent, List<String> beginnings) {
    var pids = new ArrayList<Long>();
    ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> works(pid, parent, beginnings))
        .forEach(pids::add);
    return new Usage(pids);
  }

  private static boolean works(long pid, Path parent, List<String> beginnings) {
    try {
      Path folder = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
      return folder.startsWith(parent)
          && !folder.equals(parent)
          && beginnings.stream()
              .anyMatch(parent.relativize(folder).getName(0).toString()::startsWith);
    } catch (IOException _) {
      return false; // ended, or somebody else's
    }
  }

  /** Of all of them since they began. */
  public double cpuSeconds() {
    return pids.stream().mapToDouble(Usage::cpuSeconds).sum();
  }

  /** The most that any of them had in memory at a time; 0 when that cannot be read. */
  public long peakBytes() {
    return pids.stream().mapToLong(Usage::peakBytes).max().orElse(0);
  }

  private static double cpuSeconds(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    } catch (IOException | RuntimeException _) {
      return 0;
    }
  }

  private static long peakBytes(long pid) {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    } catch (IOException | RuntimeException _) {
      return 0;
    }
  }
}
