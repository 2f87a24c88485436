package dev.gatehouse.server.certificate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one thread at a time work on each owner's certificate; owners do not wait for others. */
final class Turns {
  @GuardedBy("this")
  private final Map<String, Turn> turns = new HashMap<>();

  /** A thread's turn, from when it is taken to its close. */
  final class Turn implements AutoCloseable {
    private final String owner;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the turns.
    private int takers;

    private Turn(String owner) {
      this.owner = owner;
    }

    @Override
    public void close() {
      lock.unlock();
      leave(this);
    }
  }

  Turn take(String owner) throws InterruptedException {
    Turn turn = enter(owner);
    try {
      turn.lock.lockInterruptibly();
    } catch (InterruptedException e) {
      leave(turn);
      throw e;
    }
    return turn;
  }

  private synchronized Turn enter(String owner) {
    Turn turn = turns.computeIfAbsent(owner, Turn::new);
    turn.takers++;
    return turn;
  }

  private synchronized void leave(Turn turn) {
    turn.takers--;
    if (turn.takers == 0) {
      turns.remove(turn.owner);
    }
  }
}
