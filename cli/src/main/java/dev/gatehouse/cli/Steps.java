package dev.gatehouse.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows steps as they happen: one line each when done, with its time; on a terminal a line that
 * moves meanwhile, elsewhere a line now and then once a step takes longer than a second.
 */
final class Steps {
  private static final String FRAMES = "|/-\\";
  private static final Duration FRAME = Duration.ofMillis(120);
  private static final int WIDTH = 100;

  private final PrintWriter out;
  private final boolean terminal;
  private final InstantSource clock;
  private final Duration pulse;

  /** {@code pulse} is the time until the first line of a long step that nobody watches. */
  Steps(PrintWriter out, boolean terminal, InstantSource clock, Duration pulse) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    this.pulse = pulse;
  }

  /** Something that takes time and may say what it is at. */
  interface Work<T> {
    T run(Progress progress) throws IOException;
  }

  /** What a running step is at, in a few words; written and read by different threads. */
  static final class Progress {
    private volatile String detail = "";

    void at(String text) {
      detail = text;
    }

    String detail() {
      return detail;
    }
  }

  <T> T run(String what, Work<T> work) throws IOException {
    Instant begin = clock.instant();
    var progress = new Progress();
    var end = new CountDownLatch(1);
    Thread painter = Thread.ofVirtual().start(() -> paint(what, progress, begin, end));
    boolean succeeded = false;
    try {
      T result = work.run(progress);
      succeeded = true;
      return result;
    } finally {
      end.countDown();
      join(painter);
      line((succeeded ? "  ok     " : "  FAILED ") + what, begin);
    }
  }

  private static void join(Thread painter) {
    try {
      painter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void paint(String what, Progress progress, Instant begin, CountDownLatch end) {
    try {
      Duration wait = terminal ? FRAME : pulse;
      for (int frame = 0; !end.await(wait.toNanos(), TimeUnit.NANOSECONDS); frame++) {
        String text = what + suffix(progress.detail());
        if (terminal) {
          String shown = "%c %s  %s".formatted(FRAMES.charAt(frame % 4), seconds(begin), text);
          out.print("\r\u001b[K  " + shown.substring(0, Math.min(shown.length(), WIDTH)));
          out.flush();
        } else {
          line("  ...    " + text, begin);
          wait = pulse.multipliedBy(5);
        }
      }
      if (terminal) {
        out.print("\r\u001b[K");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String suffix(String text) {
    return text.isEmpty() ? "" : ": " + text;
  }

  private void line(String text, Instant begin) {
    out.println(text + "  (" + seconds(begin) + ")");
    out.flush();
  }

  private String seconds(Instant begin) {
    return String.format(
        Locale.ROOT, "%.1f s", Duration.between(begin, clock.instant()).toMillis() / 1000.0);
  }
}
