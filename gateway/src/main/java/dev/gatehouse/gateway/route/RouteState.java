package dev.gatehouse.gateway.route;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.Load;
import dev.gatehouse.gateway.Measured;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.gateway.admission.Line;
import dev.gatehouse.gateway.admission.Split;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.gateway.mirror.Mirror;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What is kept for a service id while snapshots come and go: turns, queues, replicas at work. */
final class RouteState {
  private final Supplier<Line> newLine;
  private final AtomicLong turn = new AtomicLong();
  private final Set<Location> locations = ConcurrentHashMap.newKeySet();

  @GuardedBy("this")
  private final Map<String, Line> lines = new HashMap<>();

  @GuardedBy("this")
  private final Map<String, Tally> tallies = new HashMap<>();

  @GuardedBy("this")
  private final Map<String, Mirror> mirrors = new HashMap<>();

  private final Tally refused;
  private volatile Ready ready;

  /**
   * Where a snapshot has a route.
   *
   * @param host empty for the plain listener
   */
  record Location(String host, String service) {}

  /** A version, the queue in front of it, and what it has done. */
  record Choice(Version version, Line line, Tally tally) {}

  /** A version that gets copies, and of which requests. */
  record Mirrored(Choice choice, Split split, Mirror mirror) {}

  /**
   * All that a request needs, made once per route.
   *
   * @param mirrored mostly empty
   * @param refused counts what reaches no version
   */
  record Ready(
      ServiceRoute route,
      ClientGate clients,
      Gate gate,
      Split split,
      List<Choice> choices,
      List<Mirrored> mirrored,
      Tally refused) {

    private Ready with(ServiceRoute same) {
      return new Ready(same, clients, gate, split, choices, mirrored, refused);
    }
  }

  RouteState(ServiceRoute route, Supplier<Line> newLine) {
    this.newLine = newLine;
    this.refused = new Tally(route.name(), "");
    this.ready = prepare(route);
  }

  Ready ready() {
    return ready;
  }

  Set<Location> locations() {
    return locations;
  }

  /** Applies a changed route; versions that it no longer has get no replicas. */
  synchronized void apply(ServiceRoute route) {
    var now = ready;
    ready = now.route().equals(route) ? now.with(route) : prepare(route);
  }

  synchronized Map<String, Load> load() {
    var loads = new HashMap<String, Load>();
    lines.forEach((name, line) -> loads.put(name, new Load(line.busy(), line.waiting())));
    return loads;
  }

  /** What each version has done. */
  synchronized Map<String, Tally.Counts> counts() {
    var counts = new HashMap<String, Tally.Counts>();
    tallies.forEach((name, tally) -> counts.put(name, tally.counts()));
    return counts;
  }

  /** What became of the copies that a version got. */
  synchronized Optional<Measured.Copies> copies(String version) {
    return Optional.ofNullable(mirrors.get(version)).map(Mirror::measure);
  }

  /** The service has left: who waits is sent away, who is being answered is answered. */
  synchronized void retire() {
    lines.values().forEach(line -> line.arrange(List.of(), 1, "the service is gone"));
  }

  private synchronized Ready prepare(ServiceRoute route) {
    var choices = new ArrayList<Choice>();
    var mirrored = new ArrayList<Mirrored>();
    var names = new ArrayList<String>();
    for (var version : route.versions()) {
      var line = lines.computeIfAbsent(version.name(), _ -> newLine.get());
      int concurrent = version.limits().concurrent();
      switch (version.backend()) {
        case Backend.Replicas replicas ->
            line.arrange(replicas.sockets(), concurrent, "none is running");
        case Backend.InProcess local ->
            line.arrange(List.of(local.model()), concurrent, "none is running");
        case Backend.Absent absent -> line.arrange(List.of(), concurrent, absent.reason());
      }
      var tally = tallies.computeIfAbsent(version.name(), name -> new Tally(route.name(), name));
      tally.slowPast(version.trial().slow().toNanos());
      var choice = new Choice(version, line, tally);
      choices.add(choice);
      if (version.trial().mirror() > 0 && version.share() == 0) {
        mirrored.add(mirrored(route, choice));
      }
      names.add(version.name());
    }
    lines.forEach((name, line) -> {
      if (!names.contains(name)) {
        line.arrange(List.of(), 1, "version " + name + " is gone");
      }
    });
    lines.keySet().retainAll(names);
    tallies.keySet().retainAll(names);
    mirrors.keySet().retainAll(names);
    return new Ready(
        route,
        ClientGate.of(route.clients(), route.name()),
        Gate.of(route.access(), route.name()),
        new Split(route.versions().stream().map(Version::share).toList(), turn),
        List.copyOf(choices),
        List.copyOf(mirrored),
        refused);
  }

  @GuardedBy("this")
  private Mirrored mirrored(ServiceRoute route, Choice choice) {
    int percent = choice.version().trial().mirror();
    var mirror =
        mirrors.computeIfAbsent(choice.version().name(), name -> new Mirror(route.name(), name));
    return new Mirrored(choice, new Split(List.of(percent, 100 - percent), mirror.turn()), mirror);
  }
}
