package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.gateway.Load;
import dev.gatehouse.server.service.driver.Elastic;
import dev.gatehouse.server.service.driver.StartFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after what runs: scales it by its load, and says when replicas are down and up again. */
final class Watch implements AutoCloseable {
  static final String REPLICAS_DOWN = "ReplicasDown";
  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int LOOKS_PER_HEALTH = 5;

  private final Rollout.Parts parts;
  private final ServiceStore store;
  private final Function<String, Map<String, Load>> load;
  private final InstantSource clock;
  private final Executor background;
  private final Runnable besides;
  private final CountDownLatch closed = new CountDownLatch(1);

  // Only the watching thread uses these two.
  private final Map<String, ScalingPolicy> policies = new HashMap<>();
  private final Set<String> ailing = new HashSet<>();

  private final Set<String> resizing = ConcurrentHashMap.newKeySet();

  /**
   * @param load the requests of each version of a service at this moment, by its id
   * @param besides looked after too, about twice a second
   */
  Watch(
      Rollout.Parts parts,
      ServiceStore store,
      Function<String, Map<String, Load>> load,
      InstantSource clock,
      Executor background,
      Runnable besides) {
    this.parts = parts;
    this.store = store;
    this.load = load;
    this.clock = clock;
    this.background = background;
    this.besides = besides;
  }

  void start() {
    // Not one of the background's threads: those are awaited when work shall end.
    Thread.ofVirtual().name("service-watch").start(this::run);
  }

  private void run() {
    String lastFault = "";
    try {
      for (int look = 0; !closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS); look++) {
        try {
          look(look % LOOKS_PER_HEALTH == 0);
        } catch (RuntimeException e) {
          if (closed.getCount() > 0 && !lastFault.equals(e.toString())) {
            lastFault = e.toString();
            log.error("looking after services failed", e);
          }
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(boolean health) {
    Map<String, Map<String, Fleet.Running>> all = parts.fleet().all();
    var scaled = new HashSet<String>();
    all.forEach((serviceId, versions) -> {
      for (Fleet.Running running : versions.values()) {
        if (running.started() instanceof Elastic elastic) {
          scale(serviceId, running, elastic);
          scaled.add(running.instance());
        }
      }
      if (health) {
        health(serviceId, versions);
      }
    });
    if (health) {
      besides.run();
    }
    policies.keySet().retainAll(scaled);
    ailing.retainAll(all.keySet());
  }

  private void scale(String serviceId, Fleet.Running running, Elastic elastic) {
    var scaling = running.part().scaling();
    int current = elastic.replicas();
    if ((scaling.least() == scaling.most() && current == scaling.least())
        || resizing.contains(running.instance())) {
      return;
    }
    int wanted =
        policies
            .computeIfAbsent(running.instance(), _ -> new ScalingPolicy(clock.instant()))
            .decide(
                clock.instant(),
                scaling,
                current,
                running.part().limits().concurrent(),
                load.apply(serviceId).getOrDefault(running.part().version(), Load.NONE));
    if (wanted != current && resizing.add(running.instance())) {
      background.execute(() -> resize(serviceId, running, elastic, wanted));
    }
  }

  private void resize(String serviceId, Fleet.Running running, Elastic elastic, int wanted) {
    try {
      log.info("{} goes from {} to {} replicas", running.instance(), elastic.replicas(), wanted);
      elastic.resize(wanted, () -> publish(serviceId, elastic));
    } catch (StartFailure e) {
      log.warn("{} could not be scaled to {}: {}", running.instance(), wanted, e.reason());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      resizing.remove(running.instance());
    }
  }

  /** Only what runs still: an operation may have replaced it meanwhile. */
  private void publish(String serviceId, Elastic elastic) {
    parts
        .fleet()
        .publishing(() -> {
          Map<String, Fleet.Running> running = parts.fleet().of(serviceId);
          Optional<WebService> service = store.byId(serviceId);
          if (running.values().stream().anyMatch(r -> r.started().equals(elastic))
              && service.flatMap(WebService::deployed).isPresent()) {
            parts
                .places()
                .publish(
                    service.get(), service.get().deployed().orElseThrow(), running, "starting");
          }
        });
  }

  private void health(String serviceId, Map<String, Fleet.Running> versions) {
    Optional<String> why =
        versions.values().stream().flatMap(v -> v.started().ailing().stream()).findFirst();
    if (why.isPresent()) {
      ailing.add(serviceId);
      store.ails(
          serviceId,
          new Problem.Invalid(
              REPLICAS_DOWN,
              "Replicas crashed too often in a row and are tried again once a minute: "
                  + why.get()));
    } else if (ailing.remove(serviceId)) {
      store.recovered(serviceId, REPLICAS_DOWN);
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
