package dev.gatehouse.server.service.driver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.server.compute.local.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;

/** The replicas of one instance on this machine. */
final class LocalStarted implements Elastic {
  /** Starts so many more; all or none. */
  @FunctionalInterface
  interface Starter {
    List<Replica> start(int count) throws StartFailure, InterruptedException;
  }

  private final Starter starter;

  @GuardedBy("this")
  private List<Replica> replicas;

  @GuardedBy("this")
  private boolean stopped;

  LocalStarted(Starter starter, int count) throws StartFailure, InterruptedException {
    this.starter = starter;
    this.replicas = starter.start(count);
  }

  @Override
  public synchronized Backend backend() {
    return new Backend.Replicas(replicas.stream().map(Replica::socket).toList());
  }

  @Override
  public synchronized int replicas() {
    return replicas.size();
  }

  @Override
  public synchronized Optional<String> ailing() {
    return replicas.stream().flatMap(replica -> replica.givenUp().stream()).findFirst();
  }

  @Override
  public void resize(int wanted, Runnable changed) throws StartFailure, InterruptedException {
    int more = wanted - replicas();
    List<Replica> surplus = more > 0 ? keep(starter.start(more)) : leave(-more);
    changed.run();
    closeAll(surplus);
  }

  /** Adds them; returns them again when all has been stopped meanwhile. */
  private synchronized List<Replica> keep(List<Replica> fresh) {
    if (stopped) {
      return fresh;
    }
    var all = new ArrayList<>(replicas);
    all.addAll(fresh);
    replicas = List.copyOf(all);
    return List.of();
  }

  /** Takes out the youngest. */
  private synchronized List<Replica> leave(int count) {
    if (stopped) {
      return List.of();
    }
    int kept = Math.max(0, replicas.size() - count);
    List<Replica> surplus = replicas.subList(kept, replicas.size());
    replicas = List.copyOf(replicas.subList(0, kept));
    return surplus;
  }

  @Override
  public void stop() {
    List<Replica> all;
    synchronized (this) {
      stopped = true;
      all = replicas;
    }
    closeAll(all);
  }

  static void closeAll(List<Replica> launched) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      launched.forEach(replica -> threads.execute(replica::close));
    }
  }
}
