package dev.gatehouse.server.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BeltTest {
  private final BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();

  private List<Integer> next() throws InterruptedException {
    var batch = batches.poll(10, TimeUnit.SECONDS);
    assertThat(batch).isNotNull();
    return batch;
  }

  @Test
  void worksOnWhatWaitsWhenItIsClosed() {
    try (var belt = new Belt<Integer>("t", 10, 3, batches::add)) {
      for (int i = 0; i < 7; i++) {
        assertThat(belt.offer(i)).isTrue();
      }
    }
    assertThat(batches.stream().flatMap(List::stream)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(batches).allMatch(batch -> batch.size() <= 3);
  }

  @Test
  void dropsAndCountsWhatHasNoRoom() throws Exception {
    var busy = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    try (var belt =
        new Belt<Integer>(
            "t",
            2,
            1,
            batch -> {
              batches.add(batch);
              busy.countDown();
              go.await();
            })) {
      belt.offer(0);
      assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(belt.offer(1) && belt.offer(2)).isTrue();
      assertThat(belt.offer(3)).isFalse();
      assertThat(belt.dropped()).isEqualTo(1);
      go.countDown();
    }
    assertThat(batches).hasSize(3);
  }

  @Test
  void endsWhenItsWorkFailsAndCountsTheRest() throws Exception {
    var belt =
        new Belt<Integer>(
            "t",
            10,
            1,
            batch -> {
              batches.add(batch);
              throw new java.io.IOException("full");
            });
    belt.offer(1);
    next();
    belt.close();
    assertThat(belt.offer(2)).isFalse();
    assertThat(belt.dropped()).isEqualTo(2);
  }
}
