package dev.gatehouse.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.operation.Operation.State;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.state.Timers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationsTest {
  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  private Operations start(Work work) {
    var database = Database.open(folder.resolve("state.db"));
    open.add(database);
    var timers = new Timers(database, Executors.newVirtualThreadPerTaskExecutor());
    var operations = new Operations(database, timers, InstantSource.system(), new Random(1));
    operations.define("build", work);
    timers.start();
    open.add(timers);
    operations.start();
    return operations;
  }

  private static State ended(Operations operations, Operation operation)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() < deadline) {
      Operation now = operations.find(operation.id()).orElseThrow();
      if (now.ended()) {
        return now.state();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("the operation did not end");
  }

  @Test
  void runsAtOnceAndKeepsItsLog() throws Exception {
    Operations operations = start((operation, log) -> log.line("for " + operation.subject()));
    Operation operation = operations.begin("build", "w", "house", Json.object());
    assertThat(ended(operations, operation)).isInstanceOf(State.Succeeded.class);
    assertThat(operations.log(operation.id()))
        .extracting(LogLine::text)
        .containsExactly("for house");
  }

  @Test
  void endsAsFailedWithTheProblem() throws Exception {
    Operations operations =
        start((_, _) -> {
          throw ProblemException.invalid("No bricks.");
        });
    State state = ended(operations, operations.begin("build", "w", "house", Json.object()));
    assertThat(state)
        .isInstanceOfSatisfying(
            State.Failed.class, f -> assertThat(f.message()).isEqualTo("No bricks."));
  }

  @Test
  void hidesTheCauseOfOurOwnFaults() throws Exception {
    Operations operations =
        start((_, _) -> {
          throw new IllegalStateException("inner");
        });
    State state = ended(operations, operations.begin("build", "w", "house", Json.object()));
    assertThat(state)
        .isInstanceOfSatisfying(
            State.Failed.class, f -> assertThat(f.message()).doesNotContain("inner"));
  }

  @Test
  void refusesASecondOneOnTheSameSubject() {
    var release = new CountDownLatch(1);
    Operations operations = start((_, _) -> release.await());
    operations.begin("build", "w", "house", Json.object());
    assertThatThrownBy(() -> operations.begin("build", "w", "house", Json.object()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("under way on 'house'");
    release.countDown();
  }

  @Test
  void takesUpWhatACrashInterrupted() throws Exception {
    Operations first = start((_, _) -> new CountDownLatch(1).await());
    Operation operation = first.begin("build", "w", "house", Json.object().put("floors", 2));
    close();
    open.clear();
    Operations second =
        start((taken, _) -> ran.add(taken.input().path("floors").asInt() + " floors"));
    assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("2 floors");
    assertThat(ended(second, operation)).isInstanceOf(State.Succeeded.class);
  }
}
