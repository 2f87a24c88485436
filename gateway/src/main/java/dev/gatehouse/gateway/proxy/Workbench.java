package dev.gatehouse.gateway.proxy;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Threads for requests too large for an event loop, and the memory that gathered bodies share. */
public final class Workbench implements AutoCloseable {
  private static final int WAITING = 256;

  private final ThreadPoolExecutor threads;
  private final AtomicLong free;
  private final int atOnce;

  /**
   * @param memory bytes of body that may be gathered at a time
   * @param atOnce bytes of body up to which a request is worked on where it came in; -1 for none
   */
  public Workbench(String name, int threads, long memory, int atOnce) {
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("gateway-" + name + "-", 0).daemon().factory());
    this.threads.allowCoreThreadTimeOut(true);
    this.free = new AtomicLong(memory);
    this.atOnce = atOnce;
  }

  int atOnce() {
    return atOnce;
  }

  /** Whether the bytes could be set aside; then they must be given back. */
  public boolean reserve(long bytes) {
    if (free.addAndGet(-bytes) >= 0) {
      return true;
    }
    free.addAndGet(bytes);
    return false;
  }

  public void giveBack(long bytes) {
    free.addAndGet(bytes);
  }

  /** False if too much work waits already. */
  boolean offer(Runnable work) {
    try {
      threads.execute(work);
      return true;
    } catch (RejectedExecutionException _) {
      return false;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
