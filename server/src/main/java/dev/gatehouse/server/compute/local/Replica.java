package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a service: a socket path that stays, and a process behind it that is replaced when
 * it crashes.
 */
public final class Replica implements AutoCloseable {

  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(1);
  private static final Duration SETTLED = Duration.ofMinutes(5);

  private final Parts parts;
  private final Consumer<ReplicaState> observer;
  private final Runnable ended;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread supervisor = Thread.ofVirtual().unstarted(this::supervise);
  private volatile ReplicaProcess process;
  private volatile @Nullable String givenUp;

  private Replica(
      Parts parts, ReplicaProcess process, Consumer<ReplicaState> observer, Runnable ended) {
    this.parts = parts;
    this.process = process;
    this.observer = observer;
    this.ended = ended;
  }

  /** What a replica is made of. */
  record Parts(
      ReplicaSpec spec,
      ReplicaSettings settings,
      Path socket,
      ReplicaProcess.Logs logs,
      ReplicaProcess.Sources sources,
      InstantSource clock) {

    ReplicaProcess begin() throws IOException {
      return ReplicaProcess.start(spec, settings, socket, logs, sources);
    }

    /** Blocks until that process answers; from then on the next replica has a spare. */
    void awaitReady(ReplicaProcess process) throws InterruptedException {
      process.awaitReady(spec.startTimeout());
      sources.spares().prepare(spec.python());
    }

    ReplicaProcess launch() throws IOException, InterruptedException {
      var process = begin();
      try {
        awaitReady(process);
        return process;
      } catch (ReplicaFault | InterruptedException e) {
        process.end();
        throw e;
      }
    }
  }

  static Replica start(Parts parts, Consumer<ReplicaState> observer, Runnable ended)
      throws IOException, InterruptedException {
    var replica = new Replica(parts, parts.launch(), observer, ended);
    observer.accept(new ReplicaState.Ready());
    replica.supervisor.start();
    replica.watch(replica.process);
    return replica;
  }

  /** Where its runner listens; the path stays the same over restarts. */
  public Path socket() {
    return parts.socket();
  }

  /** Why it is down, when it crashed too often in a row; empty again when it has come back. */
  public Optional<String> givenUp() {
    return Optional.ofNullable(givenUp);
  }

  Path python() {
    return parts.spec().python();
  }

  /** The process that serves at this moment. */
  public long pid() {
    return process.pid();
  }

  /**
   * Drains and ends it; blocks for at most a little over the stop timeout. A second call does
   * nothing.
   */
  @Override
  public void close() {
    if (stopping.getCount() == 0) {
      return;
    }
    stopping.countDown();
    try {
      process.stop(parts.settings().stopTimeout());
      supervisor.join(parts.settings().stopTimeout());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    process.end(); // the supervisor may just have started another one
    ended.run();
    observer.accept(new ReplicaState.Stopped());
  }

  void check(ProcessTable table) {
    var now = process;
    long limit = parts.spec().memoryBytes() > 0 ? parts.spec().memoryBytes() : Long.MAX_VALUE;
    now.excess(table, limit).ifPresent(now::kill);
  }

  private void watch(ReplicaProcess watched) {
    Thread.ofVirtual().name("liveness").start(() -> ask(watched));
  }

  /** Asks it as long as it lives, and ends it when it owes too many answers in a row. */
  private void ask(ReplicaProcess asked) {
    var liveness = parts.spec().liveness();
    var pause = liveness.initialDelay();
    int owed = 0;
    try {
      while (!asked.ended(pause)) {
        pause = liveness.period();
        owed = asked.answers(liveness.timeout()) ? 0 : owed + 1;
        // One that is told to stop takes no new connections, and has its own time for that.
        if (owed >= liveness.failures() && stopping.getCount() > 0) {
          asked.kill("it left %d questions about its health in a row unanswered".formatted(owed));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void supervise() {
    int attempt = 0;
    try {
      while (true) {
        Instant since = parts.clock().instant();
        var fault = process.fault();
        if (stopping.getCount() == 0) {
          return;
        }
        process.end();
        attempt = since.plus(SETTLED).isBefore(parts.clock().instant()) ? 1 : attempt + 1;
        var pause = pause(attempt);
        if (attempt > parts.settings().restarts()) {
          givenUp = fault.reason();
          observer.accept(new ReplicaState.GivenUp(fault.reason()));
        } else {
          observer.accept(new ReplicaState.Restarting(attempt, fault.reason(), pause));
        }
        if (stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        restart();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** A start that fails leaves an ended process, which the loop then counts as one more crash. */
  private void restart() throws InterruptedException {
    try {
      var next = parts.begin();
      process = next;
      if (stopping.getCount() == 0) {
        next.end();
        return;
      }
      parts.awaitReady(next);
      givenUp = null;
      observer.accept(new ReplicaState.Ready());
      watch(next);
    } catch (ReplicaFault | IOException _) {
      // The loop reads the same fault from the process.
    }
  }

  private Duration pause(int attempt) {
    var pause = parts.settings().firstBackOff().multipliedBy(1L << Math.min(attempt - 1, 20));
    return pause.compareTo(LONGEST_BACK_OFF) < 0 ? pause : LONGEST_BACK_OFF;
  }
}
