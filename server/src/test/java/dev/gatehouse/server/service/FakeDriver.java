package dev.gatehouse.server.service;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.server.operation.OperationLog;
import dev.gatehouse.server.service.driver.ComputeDriver;
import dev.gatehouse.server.service.driver.Elastic;
import dev.gatehouse.server.service.driver.Load;
import dev.gatehouse.server.service.driver.StartFailure;
import dev.gatehouse.server.service.driver.Started;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Starts nothing; a gate holds starts up, a failure ends them. */
final class FakeDriver implements ComputeDriver {
  final List<Load> started = new CopyOnWriteArrayList<>();
  final List<String> stopped = new CopyOnWriteArrayList<>();
  final List<String> forgotten = new CopyOnWriteArrayList<>();
  volatile CountDownLatch gate = new CountDownLatch(0);
  volatile StartFailure failure;
  volatile String ailing;
  volatile int waitsAbove;
  volatile int failsAbove = Integer.MAX_VALUE;
  private volatile boolean ending;

  @Override
  public Started start(Load load, OperationLog log) throws StartFailure, InterruptedException {
    started.add(load);
    if (load.scale().replicas() > waitsAbove) {
      gate.await();
    }
    if (ending) {
      throw new InterruptedException();
    }
    if (failure != null) {
      throw failure;
    }
    if (load.scale().replicas() > failsAbove) {
      throw new StartFailure(StartFailure.Step.START, "too many", List.of());
    }
    return new FakeStarted(load);
  }

  private final class FakeStarted implements Elastic {
    private final Load load;
    private volatile int replicas;

    FakeStarted(Load load) {
      this.load = load;
      this.replicas = load.scale().replicas();
    }

    @Override
    public Backend backend() {
      return new Backend.Replicas(
          IntStream.range(0, replicas)
              .mapToObj(n -> Path.of(load.instance() + (n == 0 ? "" : "." + n)))
              .toList());
    }

    @Override
    public int replicas() {
      return replicas;
    }

    @Override
    public Optional<String> ailing() {
      return Optional.ofNullable(ailing);
    }

    @Override
    public void resize(int wanted, Runnable changed) {
      replicas = wanted;
      changed.run();
    }

    @Override
    public void stop() {
      stopped.add(load.instance());
    }
  }

  /** What a crash does to starts in progress. */
  void interruptStarts() {
    ending = true;
    gate.countDown();
  }

  @Override
  public List<String> lastLines(String instance, int count) {
    return List.of("log of " + instance.substring(instance.indexOf('-') + 1));
  }

  @Override
  public void forget(String instance) {
    forgotten.add(instance);
  }
}
