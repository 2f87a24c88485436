package dev.gatehouse.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
  void aSmallShareIsNotDealtInOneHeap() {
    var split = new Split(List.of(50, 50), new AtomicLong());
    for (int i = 0; i < 50; i++) {
      assertThat(split.next() + split.next()).isEqualTo(1);
    }
  }
}
