package dev.gatehouse.server.service;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.Load;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.compute.ComputeUse;
import dev.gatehouse.server.compute.GeneratedNames;
import dev.gatehouse.server.model.ModelUse;
import dev.gatehouse.server.monitoring.Metrics;
import dev.gatehouse.server.operation.Operations;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.routing.Publication;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.service.definition.AksEndpoint;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.driver.ComputeDriver;
import dev.gatehouse.server.service.ramp.RampStore;
import dev.gatehouse.server.service.ramp.Ramps;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.workspace.Workspaces;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web services of all workspaces: their routes, their operations, and their life. */
public final class WebServices implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WebServices.class);

  private final ServiceStore store;
  private final Operations operations;
  private final Rollout.Parts parts;
  private final ServiceRoutes routes;
  private final OperationRoutes operationRoutes;
  private final Packages packages;
  private final Watch watch;
  private final ServiceWork.Rolling rolling;

  /** Defines the operations; the timers must not have been started yet. */
  public WebServices(
      Base base,
      Neighbours neighbours,
      ComputeDriver driver,
      Publishing publishing,
      TokenKey tokenKey) {
    operations = base.operations();
    store = new ServiceStore(base.database(), base.sealer(), base.clock());
    var ramps = new Ramps(new RampStore(base.database()), base.clock(), base.alerts());
    var observation =
        new ServicePlaces.Observation(publishing.observers(), base.workspaces()::path);
    var places =
        new ServicePlaces(
            publishing.publication(),
            neighbours.targets(),
            store,
            tokenKey.publicKey(),
            observation,
            ramps);
    parts =
        new Rollout.Parts(
            driver,
            new Loads(neighbours, observation),
            new Fleet(),
            places,
            new OwnNames(base.database(), base.workspaces(), publishing.names()));
    var rollout = new Rollout(parts, store, neighbours, base.background());
    var site = new RampSite(store, parts, publishing.measuring().counts());
    rolling = new ServiceWork.Rolling(ramps, site);
    new ServiceWork(store, rollout, parts, neighbours.certificates(), rolling).define(operations);
    watch =
        new Watch(
            parts,
            store,
            publishing.measuring().load(),
            base.clock(),
            base.background(),
            () -> ramps.look(site));
    packages = new Packages(base.database(), operations, base.workspaces(), neighbours.models());
    packages.define();
    var services =
        new Services(
            new Services.Foundation(base.database(), operations, base.clock(), base.random()),
            store,
            parts,
            neighbours);
    var document = new ServiceDocument(neighbours, places, publishing.addresses(), rolling);
    routes =
        new ServiceRoutes(
            base.workspaces(),
            store,
            services,
            document,
            new ServiceRoutes.Answers(
                new ServiceTokens(tokenKey.privateKey(), base.clock()),
                new ServiceLogs(driver, operations)));
    operationRoutes = new OperationRoutes(base.workspaces(), operations);
  }

  /**
   * What services are built on.
   *
   * @param random cryptographically strong, for ids and keys
   * @param background runs what ends old replicas, which may block
   * @param alerts get what a person must hear of
   */
  public record Base(
      Database database,
      Operations operations,
      Workspaces workspaces,
      Sealer sealer,
      InstantSource clock,
      RandomGenerator random,
      Executor background,
      Consumer<Alert> alerts) {}

  /**
   * How the gateway is told about services, where it is reached, what it has to do, and how
   * services are given names.
   */
  public record Publishing(
      Publication publication,
      Supplier<Publication.Addresses> addresses,
      Measuring measuring,
      GeneratedNames names,
      Observers observers) {}

  /** What each version of a service has to do and has done, by its name; asked for with its id. */
  public record Measuring(
      Function<String, Map<String, Load>> load,
      Function<String, Map<String, Tally.Counts>> counts) {}

  /** Signs and checks the tokens of services (P-256). */
  public record TokenKey(ECPrivateKey privateKey, ECPublicKey publicKey) {
    @Override
    public String toString() {
      return "TokenKey[•••]";
    }
  }

  public void addTo(Router router) {
    routes.addTo(router);
    operationRoutes.addTo(router);
    packages.addTo(router);
  }

  /**
   * Tells the gateway of everything that was deployed, as starting; before the timers start,
   * because operations that were under way begin to run then.
   */
  public void announce() {
    for (WebService service : store.all()) {
      if (service.deployed().isPresent() && !(service.state() instanceof ServiceState.Deleting)) {
        rolling.ramps().resume(service.id(), service.deployed().get());
        try {
          parts.places().publish(service, service.deployed().get(), Map.of(), "starting");
          store.state(service.id(), new ServiceState.Transitioning());
        } catch (ProblemException e) {
          log.warn("the service {} is not published: {}", service.name(), e.problem().message());
        }
      }
    }
  }

  /**
   * Begins to bring up what was deployed, each service in an operation of its own, and to look
   * after what runs; the timers must run.
   */
  public void start() {
    watch.start();
    for (WebService service : store.all()) {
      boolean handled =
          service.deployed().isEmpty()
              || !parts.fleet().of(service.id()).isEmpty()
              || operations.underWay(service.scope(), service.name()).isPresent();
      if (!handled) {
        operations.begin(
            ServiceWork.RESUME, service.scope(), service.name(), ServiceWork.input(service.id()));
      }
    }
  }

  /** Tells which services use a model. */
  public ModelUse modelUse() {
    return (workspaceId, modelId) ->
        users(workspaceId, definition -> definition.modelIds().contains(modelId));
  }

  /** Tells which services run on a target. */
  public ComputeUse computeUse() {
    return (workspaceId, target) ->
        users(
            workspaceId,
            definition -> definition.computeName().filter(target::equalsIgnoreCase).isPresent());
  }

  /** The roll-outs of all endpoints. */
  public List<Metrics.RollOut> rollOuts() {
    var found = new ArrayList<Metrics.RollOut>();
    for (WebService service : store.all()) {
      if (service.wanted() instanceof AksEndpoint endpoint) {
        rolling
            .ramps()
            .of(rolling.site(), service.id(), endpoint)
            .forEach((version, shown) ->
                found.add(
                    new Metrics.RollOut(
                        service.name(),
                        version,
                        shown.ramp().state().word(),
                        shown.ramp().step() + 1)));
      }
    }
    return found;
  }

  /** The names of all services of a workspace. */
  public List<String> names(String workspaceId) {
    return users(workspaceId, _ -> true);
  }

  /** The ids of all services of a workspace by their names. */
  public Map<String, String> ids(String workspaceId) {
    return store.all(workspaceId).stream()
        .collect(Collectors.toMap(WebService::name, WebService::id, (a, _) -> a, TreeMap::new));
  }

  private List<String> users(String workspaceId, Predicate<Definition> uses) {
    return store.all(workspaceId).stream()
        .filter(service ->
            Stream.concat(Stream.of(service.wanted()), service.deployed().stream()).anyMatch(uses))
        .map(WebService::name)
        .sorted()
        .toList();
  }

  /** Ends everything that runs; what is deployed is brought up again by the next start. */
  @Override
  public void close() {
    watch.close();
    Map<String, Map<String, Fleet.Running>> all = parts.fleet().clear();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      all.values().stream()
          .flatMap(versions -> versions.values().stream())
          .forEach(running -> threads.execute(running.started()::stop));
    }
  }
}
