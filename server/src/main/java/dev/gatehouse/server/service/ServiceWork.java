package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.operation.OperationLog;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.definition.AksEndpoint;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.driver.ComputeDriver;
import dev.gatehouse.server.service.driver.StartFailure;
import dev.gatehouse.server.service.ramp.Ramps;
import dev.gatehouse.server.service.ramp.Site;
import java.util.HashMap;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The operations on services; each may run again from its beginning after a crash. */
final class ServiceWork {
  static final String DEPLOY = "service.deploy";
  static final String RESUME = "service.resume";
  static final String KEYS = "service.keys";
  static final String DELETE = "service.delete";

  /** Why a start failed, as the operation's problem tells it. */
  static final String ENVIRONMENT_FAILED = "EnvironmentBuildFailed";

  private static final String SETS_TRAFFIC = "setsTraffic";

  static final String START_FAILED = "ServiceStartFailed";

  private final ServiceStore store;
  private final Rollout rollout;
  private final Fleet fleet;
  private final ServicePlaces places;
  private final ComputeDriver driver;
  private final Neighbours.CertificateDesk certificates;
  private final Rolling rolling;

  /** Roll-outs, and where they happen. */
  record Rolling(Ramps ramps, Site site) {}

  ServiceWork(
      ServiceStore store,
      Rollout rollout,
      Rollout.Parts parts,
      Neighbours.CertificateDesk certificates,
      Rolling rolling) {
    this.store = store;
    this.rollout = rollout;
    this.fleet = parts.fleet();
    this.places = parts.places();
    this.driver = parts.driver();
    this.certificates = certificates;
    this.rolling = rolling;
  }

  void define(Operations operations) {
    operations.define(DEPLOY, (operation, log) -> on(operation, s -> deploy(s, operation, log)));
    operations.define(RESUME, (operation, log) -> on(operation, s -> resume(s, operation, log)));
    operations.define(KEYS, (operation, log) -> on(operation, s -> renewKeys(s, operation, log)));
    operations.define(DELETE, (operation, log) -> on(operation, s -> delete(s, log)));
  }

  static ObjectNode input(String serviceId) {
    return Json.object().put("service", serviceId);
  }

  /** The operation's wish about the traffic is to hold, also when it is what it was. */
  static ObjectNode inputThatSetsTraffic(String serviceId) {
    return input(serviceId).put(SETS_TRAFFIC, true);
  }

  /** What is done with the operation's service, when it still exists. */
  private interface Step {
    void run(WebService service) throws InterruptedException;
  }

  private void on(Operation operation, Step step) throws InterruptedException {
    Optional<WebService> service = store.byId(operation.input().path("service").stringValue());
    if (service.isPresent()) {
      step.run(service.get());
    }
  }

  private void deploy(WebService service, Operation operation, OperationLog log)
      throws InterruptedException {
    try {
      rollOut(service, service.wanted(), operation, log);
    } catch (ProblemException e) {
      fallBack(service, operation, log, e.problem());
      throw e;
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("while deploying " + service.name());
      }
      fallBack(
          service,
          operation,
          log,
          new Problem.Internal(
              "InternalError", "Gatehouse failed: see operation " + operation.id()));
      throw e;
    }
  }

  /** After a failed change the service is what it was; one that never served is failed. */
  private void fallBack(WebService service, Operation operation, OperationLog log, Problem problem)
      throws InterruptedException {
    var why = new Problem.Invalid(problem.code(), problem.message());
    if (service.deployed().isEmpty()) {
      store.state(service.id(), new ServiceState.Failed(why));
      return;
    }
    Definition before = service.deployed().get();
    store.revert(service.id(), before, new ServiceState.Kept(why));
    if (fleet.of(service.id()).isEmpty()) {
      log.line("Starting again what was served before");
      bringBack(service, before, operation, log);
    }
  }

  private void resume(WebService service, Operation operation, OperationLog log)
      throws InterruptedException {
    if (service.deployed().isPresent()) {
      Optional<ProblemException> failure =
          bringBack(service, service.deployed().get(), operation, log);
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
  }

  private Optional<ProblemException> bringBack(
      WebService service, Definition deployed, Operation operation, OperationLog log)
      throws InterruptedException {
    try {
      rollOut(service, deployed, operation, log);
      return Optional.empty();
    } catch (ProblemException e) {
      var why = new Problem.Invalid(e.problem().code(), e.problem().message());
      store.state(service.id(), new ServiceState.Unhealthy(why));
      return Optional.of(e);
    }
  }

  private void rollOut(
      WebService service, Definition definition, Operation operation, OperationLog log)
      throws InterruptedException {
    try {
      rollout.run(service, definition, operation.id(), log);
      if (definition instanceof AksEndpoint endpoint) {
        boolean overruled = operation.input().path(SETS_TRAFFIC).asBoolean(false);
        rolling.ramps().deployed(rolling.site(), service.id(), endpoint, overruled);
      }
      log.line("The service is healthy");
    } catch (StartFailure e) {
      log.line("Failed: " + e.reason());
      throw new ProblemException(problem(service, e), e);
    }
  }

  private static Problem problem(WebService service, StartFailure failure) {
    String text =
        switch (failure.step()) {
          case ENVIRONMENT -> "The environment of the service '%s' could not be built: %s";
          case START -> "The service '%s' did not start: %s";
        };
    String lines =
        failure.lastLines().isEmpty()
            ? ""
            : "\nThe last lines of its log:\n" + String.join("\n", failure.lastLines());
    return new Problem.Invalid(
        failure.step() == StartFailure.Step.ENVIRONMENT ? ENVIRONMENT_FAILED : START_FAILED,
        text.formatted(service.name(), failure.reason()) + lines);
  }

  private void renewKeys(WebService service, Operation operation, OperationLog log)
      throws InterruptedException {
    if (fleet.of(service.id()).isEmpty()) {
      // After a crash this operation stands where the resumption would.
      resume(service, operation, log);
    } else if (service.deployed().isPresent()) {
      Definition deployed = service.deployed().get();
      fleet.publishing(() -> places.publish(service, deployed, fleet.of(service.id()), "starting"));
    }
  }

  /** The route goes first, so nobody is sent to what is about to end. */
  private void delete(WebService service, OperationLog log) {
    var running = new HashMap<String, Fleet.Running>();
    fleet.publishing(() -> {
      places.withdraw(service.id());
      running.putAll(fleet.remove(service.id()));
    });
    log.line("The service is no longer reachable");
    if (Rollout.ownName(service.wanted())
        || service.deployed().filter(Rollout::ownName).isPresent()) {
      certificates.remove(service.id());
    }
    rolling.ramps().forget(service.id());
    store.remove(service.id());
    rollout.retire(running.values());
    service.instances().values().stream()
        .filter(instance -> running.values().stream().noneMatch(r -> r.instance().equals(instance)))
        .forEach(driver::forget);
  }
}
