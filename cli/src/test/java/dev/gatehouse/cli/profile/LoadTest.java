package dev.gatehouse.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** In real time, with a service that takes 5 ms and does one thing at a time. */
class LoadTest {
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final Semaphore one = new Semaphore(1);
  private volatile int failEvery = Integer.MAX_VALUE;

  private Load load(int limit) {
    Load.Callers callers =
        () -> {
          opened.incrementAndGet();
          return new Load.Caller() {
            @Override
            public int call(String body) throws IOException {
              if (calls.incrementAndGet() % failEvery == 0) {
                throw new IOException("cut off");
              }
              one.acquireUninterruptibly();
              try {
                busy();
              } finally {
                one.release();
              }
              return body.equals("bad") ? 503 : 200;
            }

            @Override
            public void close() {
              opened.decrementAndGet();
            }
          };
        };
    return new Load(callers, List.of("x"), System::nanoTime, new Random(1), limit);
  }

  private static void busy() {
    for (long end = System.nanoTime() + 5_000_000; System.nanoTime() < end; ) {
      Thread.onSpinWait();
    }
  }

  @Test
  void flatOutSaysWhatTheServiceCanDo() {
    Point point = load(10_000).flatOut(1, 1, 0.5);
    assertThat(point.done()).isBetween(5.0, 200.0);
    assertThat(point.p50()).isGreaterThan(4.9);
    assertThat(opened).hasValue(0);
  }

  @Test
  void latencyCountsWhatWaitedBehindASlowAnswer() {
    Point point = load(10_000).at(1, 8, 1000, 0.3); // five times what it can do
    assertThat(point.sent()).isEqualTo(300);
    assertThat(point.p95()).isGreaterThan(500);
    assertThat(point.sustained()).isFalse();
  }

  @Test
  void sendsNoMoreThanItMay() {
    assertThat(load(20).flatOut(1, 4, 5).sent()).isEqualTo(20);
  }

  @Test
  void countsFailuresAndKeepsTheFirst() {
    failEvery = 10;
    Point point = load(10_000).at(1, 2, 100, 0.5);
    assertThat(point.failed()).isEqualTo(5);
    assertThat(point.firstFault()).isEqualTo("cut off");
  }
}
