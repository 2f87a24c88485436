package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.Load;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.gateway.admission.Line;
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
