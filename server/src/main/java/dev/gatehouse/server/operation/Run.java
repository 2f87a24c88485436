package dev.gatehouse.server.operation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.CountDownLatch;

/** An operation that runs at this moment, on its thread, which another one may interrupt. */
final class Run {
  private final Operation operation;
  private final Thread thread;
  private final CountDownLatch over = new CountDownLatch(1);

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private boolean interrupted;

  Run(Operation operation, Thread thread) {
    this.operation = operation;
    this.thread = thread;
  }

  String id() {
    return operation.id();
  }

  /** Whether it is another one on the same subject. */
  boolean of(Operation other) {
    return !operation.id().equals(other.id())
        && operation.scope().equals(other.scope())
        && operation.subject().equals(other.subject());
  }

  synchronized void interrupt() {
    if (!ended) {
      interrupted = true;
      thread.interrupt();
    }
  }

  synchronized boolean interrupted() {
    return interrupted;
  }

  void await() throws InterruptedException {
    over.await();
  }

  /** Called on its thread, which goes on with other things: our interrupt must not reach them. */
  synchronized void end() {
    ended = true;
    if (interrupted) {
      Thread.interrupted();
    }
    over.countDown();
  }
}
