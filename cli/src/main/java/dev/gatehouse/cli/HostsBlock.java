package dev.gatehouse.cli;

import dev.gatehouse.api.PublishedName;
import java.util.List;
import java.util.stream.Collectors;

/** The marked block of a hosts file; what lies outside of it stays as it is. */
final class HostsBlock {
  private static final String BEGIN = "# BEGIN gatehouse";
  private static final String END = "# END gatehouse";

  private HostsBlock() {}

  static String of(List<PublishedName> names) {
    return names.stream()
        .map(name -> name.address() + " " + name.name() + "\n")
        .collect(Collectors.joining("", BEGIN + "\n", END + "\n"));
  }

  /** The file with the block in the old one's place, or at the end. */
  static String put(String file, List<PublishedName> names) {
    Cut cut = cut(file);
    String before = cut.before();
    String gap = before.isEmpty() || before.endsWith("\n") ? "" : "\n";
    return before + gap + of(names) + cut.after();
  }

  static String remove(String file) {
    Cut cut = cut(file);
    return cut.before() + cut.after();
  }

  private record Cut(String before, String after) {}

  private static Cut cut(String file) {
    int begin = line(file, BEGIN, 0);
    if (begin < 0) {
      if (line(file, END, 0) >= 0) {
        throw damaged("a line '" + END + "' but none '" + BEGIN + "' before it");
      }
      return new Cut(file, "");
    }
    int end = line(file, END, begin);
    if (end < 0) {
      throw damaged("a line '" + BEGIN + "' but none '" + END + "' after it");
    }
    int after = file.indexOf('\n', end);
    return new Cut(file.substring(0, begin), after < 0 ? "" : file.substring(after + 1));
  }

  private static Failure damaged(String what) {
    return new Failure(
        ExitCode.FAILED,
        "The hosts file has " + what + "; nothing was changed, put its marks right by hand.");
  }

  /** Where the line that is the mark begins, or -1. */
  private static int line(String file, String mark, int from) {
    int at = from;
    while (at >= 0 && at < file.length()) {
      int end = file.indexOf('\n', at);
      String text = end < 0 ? file.substring(at) : file.substring(at, end);
      if (text.strip().equals(mark)) {
        return at;
      }
      at = end < 0 ? -1 : end + 1;
    }
    return -1;
  }
}
