package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** The replicas of this machine: starts them, watches what they take, keeps their logs. */
public final class LocalReplicas implements AutoCloseable {

  private final ReplicaSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Starter starter = new Starter();
  private final Spares spares;
  private final BiConsumer<String, String> lines;
  private final Map<String, ReplicaProcess.Logs> logs = new ConcurrentHashMap<>();
  private final Set<Replica> running = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Nothing runs before {@link #start()}.
   *
   * @param lines hears each line that a service's replicas print; must not block
   */
  public LocalReplicas(
      ReplicaSettings settings,
      InstantSource clock,
      RandomGenerator random,
      BiConsumer<String, String> lines) {
    this.settings = settings;
    this.lines = lines;
    this.clock = clock;
    this.random = random;
    this.spares = new Spares(settings, clock, starter);
  }

  /**
   * Kills what an earlier server left running and begins to watch memory and processes; returns the
   * pids that were killed.
   */
  public List<Long> start() {
    try {
      var killed = PidFiles.reap(settings.runFolder());
      Thread.ofVirtual().name("replica-watch").start(this::watch);
      return killed;
    } catch (IOException e) {
      throw new UncheckedIOException("run folder " + settings.runFolder(), e);
    }
  }

  /**
   * Blocks until the new replica answers; throws ReplicaFault when it does not. Later changes go to
   * the observer, on a thread of the replica's own.
   */
  public Replica launch(ReplicaSpec spec, Consumer<ReplicaState> observer)
      throws InterruptedException {
    var name = "r-%08x.sock".formatted(random.nextInt());
    try {
      var parts =
          new Replica.Parts(
              spec,
              settings,
              settings.runFolder().resolve(name),
              logs(spec.service()),
              new ReplicaProcess.Sources(spares, starter),
              clock);
      var replica = new Replica[1];
      replica[0] = Replica.start(parts, observer, () -> running.remove(replica[0]));
      running.add(replica[0]);
      return replica[0];
    } catch (IOException e) {
      throw new ReplicaFault(-1, "the process could not be started: " + e.getMessage(), List.of());
    }
  }

  Optional<ProcessHandle> spare(Path python) {
    return spares.waiting(python);
  }

  /** The last lines that the replicas of a service printed, oldest first. */
  public List<String> log(String service, int lines) {
    return tail(logs(service).run(), lines);
  }

  /** Only what was printed up to the end of init(). */
  public List<String> initLog(String service, int lines) {
    return tail(logs(service).init(), lines);
  }

  /** Removes the logs of a service that has no replica any more. */
  public void forget(String service) {
    logs.remove(service);
    try {
      Trees.delete(settings.logFolder().resolve(service));
    } catch (IOException e) {
      throw new UncheckedIOException("logs of " + service, e);
    }
  }

  /** Stops all replicas at the same time. */
  @Override
  public void close() {
    closed.countDown();
    spares.close();
    var stops = running.stream().map(replica -> Thread.ofVirtual().start(replica::close)).toList();
    for (var stop : stops) {
      try {
        stop.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    starter.close();
  }

  private void watch() {
    try {
      while (!closed.await(settings.memoryCheck().toMillis(), TimeUnit.MILLISECONDS)) {
        var table = ProcessTable.read();
        running.forEach(replica -> replica.check(table));
        spares.tidy(running.stream().map(Replica::python).collect(Collectors.toSet()));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private ReplicaProcess.Logs logs(String service) {
    return logs.computeIfAbsent(service, this::open);
  }

  private ReplicaProcess.Logs open(String service) {
    Path folder = settings.logFolder().resolve(service);
    try {
      return new ReplicaProcess.Logs(
          new ServiceLog(folder.resolve("run.log"), settings.logBytes()),
          new ServiceLog(folder.resolve("init.log"), settings.logBytes()),
          line -> lines.accept(service, line));
    } catch (IOException e) {
      throw new UncheckedIOException("logs of " + service, e);
    }
  }

  private static List<String> tail(ServiceLog log, int lines) {
    try {
      return log.tail(lines);
    } catch (IOException e) {
      throw new UncheckedIOException("log", e);
    }
  }
}
