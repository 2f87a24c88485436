package dev.gatehouse.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SplitTest {
  @Test
  void anyHundredInARowHaveTheShares() {
    var split = new Split(List.of(90, 0, 7, 3), new AtomicLong());
    var dealt = new int[350];
    for (int i = 0; i < dealt.length; i++) {
      dealt[i] = split.next();
    }
    for (int from = 0; from < 250; from++) {
      var counts = new int[4];
      for (int i = from; i < from + 100; i++) {
        counts[dealt[i]]++;
      }
      assertThat(counts).containsExactly(90, 0, 7, 3);
    }
  }

  @Test
  void anyThousandInARowHaveThemWhicheverThreadsTake() throws Exception {
    var split = new Split(List.of(3, 90, 7), new AtomicLong());
    var all = new AtomicIntegerArray(3);
    for (int round = 1; round <= 20; round++) {
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 4; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < 250; i++) {
                    all.incrementAndGet(split.next());
                  }
                }));
      }
      for (var thread : threads) {
        thread.join();
      }
      assertThat(List.of(all.get(0), all.get(1), all.get(2)))
          .containsExactly(30 * round, 900 * round, 70 * round);
    }
  }

  @Test
  void aSmallShareIsNotDealtInOneHeap() {
    var split = new Split(List.of(50, 50), new AtomicLong());
    for (int i = 0; i < 50; i++) {
      assertThat(split.next() + split.next()).isEqualTo(1);
    }
  }
}
