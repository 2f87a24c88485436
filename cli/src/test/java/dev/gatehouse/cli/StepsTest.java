package dev.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.OperationState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class StepsTest {
  private static final InstantSource FIXED = InstantSource.fixed(Instant.EPOCH);

  /** Keeps what is written and says when a text has come. */
  private static final class Screen extends Writer {
    private final StringBuffer text = new StringBuffer();
    private final String awaited;
    final CountDownLatch seen = new CountDownLatch(1);

    Screen(String awaited) {
      this.awaited = awaited;
    }

    @Override
    public void write(char[] buffer, int offset, int length) {
      text.append(buffer, offset, length);
      if (text.indexOf(awaited) >= 0) {
        seen.countDown();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void showsOneLineForAQuickStep() throws IOException {
    var screen = new Screen("");
    var steps = new Steps(new PrintWriter(screen), false, FIXED, Duration.ofHours(1));
    int result = steps.run("work", _ -> 7);
    assertThat(result).isEqualTo(7);
    assertThat(screen.text.toString()).isEqualTo("  ok     work  (0.0 s)\n");
  }

  @Test
  void tellsWhatALongStepIsAt() throws IOException {
    var screen = new Screen("...    work: half");
    var steps = new Steps(new PrintWriter(screen), false, FIXED, Duration.ofMillis(5));
    steps.run(
        "work",
        progress -> {
          progress.at("half");
          return await(screen);
        });
    assertThat(screen.text.toString()).endsWith("  ok     work  (0.0 s)\n");
  }

  @Test
  void movesALineOnATerminalAndClearsIt() throws IOException {
    var screen = new Screen("| 0.0 s  work");
    var steps = new Steps(new PrintWriter(screen), true, FIXED, Duration.ofHours(1));
    steps.run("work", _ -> await(screen));
    assertThat(screen.text.toString()).contains("\r\u001b[K  ok     work");
  }

  private static boolean await(Screen screen) {
    try {
      screen.seen.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void marksAStepThatFailed() {
    var screen = new Screen("");
    var steps = new Steps(new PrintWriter(screen), false, FIXED, Duration.ofHours(1));
    assertThatThrownBy(() ->
            steps.run(
                "work",
                _ -> {
                  throw new IOException("why");
                }))
        .hasMessage("why");
    assertThat(screen.text.toString()).startsWith("  FAILED work");
  }

  @Test
  void showsTheLastEntryOfALogThatComesInPieces() {
    var progress = new Steps.Progress();
    var tail = new OperationTail(progress);
    tail.seen(new OperationState.Running("20260101000000|one#20260101000001|two 🎉"));
    assertThat(progress.detail()).isEqualTo("two 🎉");
    assertThat(tail.length()).isEqualTo(39);
    tail.seen(new OperationState.Running(""));
    tail.seen(new OperationState.Succeeded());
    assertThat(tail.length()).isEqualTo(39);
  }
}
