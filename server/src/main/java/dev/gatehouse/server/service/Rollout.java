package dev.gatehouse.server.service;

import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.operation.OperationLog;
import dev.gatehouse.server.service.definition.Aci;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.driver.ComputeDriver;
import dev.gatehouse.server.service.driver.Elastic;
import dev.gatehouse.server.service.driver.StartFailure;
import dev.gatehouse.server.service.driver.Started;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a definition into service: starts what does not run yet, switches the route when all of it
 * is ready, and ends what is no longer needed after its last answer.
 */
final class Rollout {
  private static final Logger log = LoggerFactory.getLogger(Rollout.class);

  private final ComputeDriver driver;
  private final Loads loads;
  private final Fleet fleet;
  private final ServicePlaces places;
  private final OwnNames names;
  private final ServiceStore store;
  private final Neighbours.CertificateDesk certificates;
  private final Executor background;

  Rollout(Parts parts, ServiceStore store, Neighbours neighbours, Executor background) {
    this.driver = parts.driver();
    this.loads = parts.loads();
    this.fleet = parts.fleet();
    this.places = parts.places();
    this.names = parts.names();
    this.store = store;
    this.certificates = neighbours.certificates();
    this.background = background;
  }

  /** What a roll-out works with. */
  record Parts(
      ComputeDriver driver, Loads loads, Fleet fleet, ServicePlaces places, OwnNames names) {}

  /**
   * Returns when the definition serves; throws with everything as it was before.
   *
   * @param attempt the id of the operation that does it; what it starts is named after it
   */
  void run(WebService service, Definition definition, String attempt, OperationLog log)
      throws StartFailure, InterruptedException {
    Map<String, Fleet.Running> before = fleet.of(service.id());
    var next = new LinkedHashMap<String, Fleet.Running>();
    var fresh = new ArrayList<Fleet.Running>();
    boolean done = false;
    try {
      for (Part part : definition.parts()) {
        Fleet.Running runs = before.get(part.version());
        if (runs != null && runs.part().runsLike(part)) {
          next.put(part.version(), new Fleet.Running(runs.instance(), part, runs.started()));
        } else {
          var start = new Loads.Start(attempt + "-" + part.version(), replicas(part, runs));
          Fleet.Running started = start(service, part, start, log);
          fresh.add(started);
          next.put(part.version(), started);
        }
      }
      seeToCertificate(service, definition, log);
      fleet.publishing(() -> {
        places.publish(service, definition, next, "starting");
        fleet.put(service.id(), next);
      });
      done = true;
    } finally {
      if (!done) {
        retire(fresh);
      }
    }
    finish(service, definition, before, next);
  }

  /** As many as the version has been scaled to; the least for one that did not run. */
  private static int replicas(Part part, Fleet.@Nullable Running before) {
    return part.scaling()
        .within(before != null && before.started() instanceof Elastic e ? e.replicas() : 1);
  }

  private Fleet.Running start(WebService service, Part part, Loads.Start start, OperationLog log)
      throws StartFailure, InterruptedException {
    remember(service.id(), part.version(), start.instance());
    log.line("Preparing version " + part.version());
    Started started =
        driver.start(loads.load(service.workspaceId(), service.name(), part, start), log);
    log.line("Version " + part.version() + " is ready");
    return new Fleet.Running(start.instance(), part, started);
  }

  /** The log of the latest start is what its owner wants to see; that of the start before goes. */
  private void remember(String serviceId, String version, String instance) {
    store
        .byId(serviceId)
        .ifPresent(current -> {
          var instances = new LinkedHashMap<>(current.instances());
          String earlier = instances.put(version, instance);
          store.instances(serviceId, instances);
          boolean runs =
              fleet.of(serviceId).values().stream().anyMatch(r -> r.instance().equals(earlier));
          if (earlier != null && !earlier.equals(instance) && !runs) {
            driver.forget(earlier);
          }
        });
  }

  private void seeToCertificate(WebService service, Definition definition, OperationLog log)
      throws InterruptedException {
    Optional<BroughtPair> pair = store.brought(service.id());
    if (pair.isPresent()) {
      log.line("Installing the certificate of " + pair.get().cname());
      pair.get().remarks().repairs().forEach(log::line);
      pair.get().remarks().warnings().forEach(warning -> log.line("Warning: " + warning));
      certificates.installBrought(service.id(), pair.get());
    }
    Optional<String> host = names.of(service, definition);
    if (host.isPresent()) {
      log.line("Seeing to the certificate of " + host.get());
      certificates.ensureIssued(service.id(), host.get());
    }
  }

  private void finish(
      WebService service,
      Definition definition,
      Map<String, Fleet.Running> before,
      Map<String, Fleet.Running> next) {
    var instances = new LinkedHashMap<String, String>();
    next.forEach((version, running) -> instances.put(version, running.instance()));
    store.deployed(service.id(), definition, instances);
    if (ownName(service.deployed().orElse(definition)) && !ownName(definition)) {
      certificates.remove(service.id());
    }
    retire(
        before.values().stream()
            .filter(
                old -> next.values().stream().noneMatch(n -> n.instance().equals(old.instance())))
            .toList());
    service.instances().values().stream()
        .filter(old -> !instances.containsValue(old))
        .filter(old -> before.values().stream().noneMatch(b -> b.instance().equals(old)))
        .forEach(driver::forget);
  }

  static boolean ownName(Definition definition) {
    return definition instanceof Aci && definition.tls();
  }

  /** Ends instances in the background, each after its last answer. */
  void retire(Collection<Fleet.Running> old) {
    for (Fleet.Running running : List.copyOf(old)) {
      try {
        background.execute(() -> end(running));
      } catch (RejectedExecutionException e) {
        log.debug("{} ends with the process", running.instance());
      }
    }
  }

  /** The log of an instance that is the latest, or failed, stays readable. */
  private void end(Fleet.Running running) {
    running.started().stop();
    if (store.all().stream().noneMatch(s -> s.instances().containsValue(running.instance()))) {
      driver.forget(running.instance());
    }
  }
}
