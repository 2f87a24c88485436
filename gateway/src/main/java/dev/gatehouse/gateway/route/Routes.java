package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.Load;
import dev.gatehouse.gateway.Measured;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.gateway.admission.Line;
import dev.gatehouse.gateway.http.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The state of all services that have been asked for something, by their id. */
// By identity: a snapshot shares what did not change with the one before.
@SuppressWarnings("ReferenceEquality")
public final class Routes {
  private final Supplier<Snapshot> current;
  private final Supplier<Line> newLine;
  private final Map<String, RouteState> states = new ConcurrentHashMap<>();

  public Routes(Supplier<Snapshot> current, Supplier<Line> newLine) {
    this.current = current;
    this.newLine = newLine;
  }

  /** The prepared route of the request's snapshot. */
  RouteState.Ready ready(ServiceRoute route, RouteState.Location location, Snapshot from) {
    var state = states.get(route.id());
    if (state == null) {
      state = states.computeIfAbsent(route.id(), _ -> new RouteState(route, newLine));
    }
    if (!state.locations().contains(location)) {
      state.locations().add(location);
    }
    var ready = state.ready();
    // A request that read the snapshot just before a swap must not turn the swap back.
    if (ready.route() != route && current.get() == from) {
      state.apply(route);
      ready = state.ready();
    }
    return ready;
  }

  /** The load of each version of a service, by its name. */
  public Map<String, Load> load(String routeId) {
    var state = states.get(routeId);
    return state == null ? Map.of() : state.load();
  }

  /** What each version of a service has done, by its name. */
  public Map<String, Tally.Counts> counts(String routeId) {
    var state = states.get(routeId);
    return state == null ? Map.of() : state.counts();
  }

  /** Brings a new snapshot to the services in use; called after each swap, by one at a time. */
  public void follow(Snapshot old, Snapshot next) {
    if (old.hosts() == next.hosts() && old.plain() == next.plain()) {
      return;
    }
    states.forEach((id, state) -> {
      state.locations().removeIf(location -> find(location, id, next).isEmpty());
      var route =
          state.locations().stream()
              .flatMap(location -> find(location, id, next).stream())
              .findFirst();
      if (route.isPresent()) {
        state.apply(route.get());
      } else {
        states.remove(id);
        state.retire();
      }
    });
  }

  /** How all services of the snapshot do, also those that nobody has asked yet. */
  public List<Measured> measure() {
    var now = current.get();
    var all = new ArrayList<Measured>();
    now.plain().values().forEach(route -> measure("", route, all));
    now.hosts()
        .forEach((host, what) -> {
          if (what instanceof Snapshot.Host.Target target) {
            target.services().values().forEach(route -> measure(host, route, all));
          }
        });
    return all;
  }

  private void measure(String host, ServiceRoute route, List<Measured> into) {
    var state = states.get(route.id());
    if (state == null) {
      for (var version : route.versions()) {
        into.add(
            new Measured(
                host,
                route.name(),
                version.name(),
                version.share(),
                version.backend().replicas(),
                0,
                0,
                Tally.Counts.NONE,
                Optional.empty()));
      }
      return;
    }
    var ready = state.ready();
    into.add(
        new Measured(
            host, route.name(), "", 0, 0, 0, 0, ready.refused().counts(), Optional.empty()));
    for (var choice : ready.choices()) {
      into.add(
          new Measured(
              host,
              route.name(),
              choice.version().name(),
              choice.version().share(),
              choice.version().backend().replicas(),
              choice.line().busy(),
              choice.line().waiting(),
              choice.tally().counts(),
              state.copies(choice.version().name())));
    }
  }

  private static Optional<ServiceRoute> find(RouteState.Location location, String id, Snapshot in) {
    Optional<ServiceRoute> route =
        location.host().isEmpty()
            ? Optional.ofNullable(in.plain().get(location.service()))
            : in.hosts().get(location.host()) instanceof Snapshot.Host.Target target
                ? Optional.ofNullable(target.services().get(location.service()))
                : Optional.empty();
    return route.filter(found -> found.id().equals(id));
  }
}
