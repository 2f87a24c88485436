package dev.gatehouse.server.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue in front of a thread of its own that works in batches. Offering wakes nobody, so
 * that it costs an event loop next to nothing; what has no room is dropped and counted.
 */
public final class Belt<T> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Belt.class);
  private static final int PAUSE_MILLIS = 100;
  private static final int CLOSING_MILLIS = 5_000;

  private final String name;
  private final int atOnce;
  private final Work<T> work;
  private final BlockingQueue<T> queue;
  private final LongAdder dropped = new LongAdder();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean over;

  /** What is done with a batch; an exception ends the belt. */
  @FunctionalInterface
  public interface Work<T> {
    void on(List<T> batch) throws Exception;
  }

  /**
   * @param waiting how many may wait
   * @param atOnce how many a batch has at most
   */
  public Belt(String name, int waiting, int atOnce, Work<T> work) {
    this.name = name;
    this.atOnce = atOnce;
    this.work = work;
    this.queue = new ArrayBlockingQueue<>(waiting);
    this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
  }

  /** False when it has no room, or is closed. */
  public boolean offer(T one) {
    if (!over && closing.getCount() > 0 && queue.offer(one)) {
      return true;
    }
    dropped.increment();
    return false;
  }

  /** What had no room, came too late, or was left when the work failed. */
  public long dropped() {
    return dropped.sum();
  }

  private void run() {
    var batch = new ArrayList<T>(atOnce);
    try {
      while (true) {
        boolean last = closing.getCount() == 0;
        batch.clear();
        if (queue.drainTo(batch, atOnce) > 0) {
          work.on(List.copyOf(batch));
        } else if (last
            || (closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS) && queue.isEmpty())) {
          return;
        }
      }
    } catch (Exception e) {
      over = true;
      dropped.add(batch.size() + queue.size());
      queue.clear();
      log.error("{} ends here, until the next start", name, e);
    }
  }

  /** Works on what waits, for a bounded time. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(CLOSING_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
