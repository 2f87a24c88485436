package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.gateway.admission.Line;
import dev.gatehouse.gateway.http.Answered;
import dev.gatehouse.gateway.http.Asked;
import dev.gatehouse.gateway.http.Exchange;
import dev.gatehouse.gateway.http.Front;
import dev.gatehouse.gateway.http.Reception;
import dev.gatehouse.gateway.http.Refusal;
import dev.gatehouse.gateway.proxy.Errand;
import dev.gatehouse.gateway.proxy.Lane;
import dev.gatehouse.gateway.proxy.ModelExchange;
import dev.gatehouse.gateway.proxy.ProxyExchange;
import dev.gatehouse.gateway.proxy.Workbench;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;

/**
 * Finds what answers a request: host, service, access, version, in this order; one per event loop.
 */
public final class Dispatcher implements Reception {
  /** The one thing of the control plane that clients must reach without TLS (RFC 5280 8). */
  private static final String REVOCATION_LISTS = "/crl/";

  private static final String SERVICES = "/api/v1/service/";
  private static final String VERSION = "azureml-model-deployment";
  private static final Set<String> NOT_SERVED = Set.of("CONNECT", "TRACE");
  private static final long CONTROL_PLANE_BODY = 5L * 1024 * 1024 * 1024;
  private static final Duration CONTROL_PLANE_WAIT = Duration.ofSeconds(10);
  private static final Duration CONTROL_PLANE_ANSWER = Duration.ofMinutes(5);

  private final Shared shared;
  private final Lane lane;
  private final Tokens tokens;

  /**
   * What the dispatchers of all event loops have in common.
   *
   * @param controlPlane the queue in front of its socket
   * @param benches where models in this process work
   * @param maxBody in bytes, for web services
   */
  public record Shared(
      Supplier<Snapshot> snapshot,
      Routes routes,
      Line controlPlane,
      Benches benches,
      InstantSource clock,
      long maxBody) {}

  /** For requests, and for copies of them. */
  public record Benches(Workbench requests, Workbench copies) {}

  public Dispatcher(Shared shared, Lane lane) {
    this.shared = shared;
    this.lane = lane;
    this.tokens = new Tokens(shared.clock());
  }

  @Override
  public Exchange accept(Asked asked, Front front) {
    if (NOT_SERVED.contains(asked.request().method().name())) {
      throw new Refusal(
          HttpResponseStatus.METHOD_NOT_ALLOWED,
          "The method " + asked.request().method() + " is not served here.");
    }
    var snapshot = shared.snapshot().get();
    if (!asked.peer().secure()) {
      if (asked.path().startsWith(REVOCATION_LISTS)) {
        refuseDots(asked.path());
        return controlPlane(asked, front);
      }
      return ProofFile.answered(asked, front, snapshot.proofs())
          ? Answered.INSTANCE
          : service(asked, front, snapshot, snapshot.plain(), "");
    }
    return switch (host(asked, snapshot)) {
      case Snapshot.Host.ControlPlane _ -> controlPlane(asked, front);
      case Snapshot.Host.Target target ->
          service(asked, front, snapshot, target.services(), asked.host());
    };
  }

  /** A connection made for one target must not reach another (RFC 9110 section 7.4). */
  private static Snapshot.Host host(Asked asked, Snapshot snapshot) {
    Snapshot.@Nullable Host host = snapshot.hosts().get(asked.host());
    String named = asked.peer().serverName();
    if (!named.isEmpty()
        && !named.equals(asked.host())
        && (host == null || !host.equals(snapshot.hosts().get(named)))) {
      throw new Refusal(
          HttpResponseStatus.MISDIRECTED_REQUEST,
          "This connection was made for %s; ask for %s on a connection of its own."
              .formatted(named, asked.host()));
    }
    if (host == null) {
      throw new Refusal(
          HttpResponseStatus.NOT_FOUND, "No host " + asked.host() + " is served here.");
    }
    return host;
  }

  private Exchange controlPlane(Asked asked, Front front) {
    front.limit(CONTROL_PLANE_BODY);
    var errand =
        new Errand(
            "the control plane",
            shared.controlPlane(),
            CONTROL_PLANE_WAIT,
            CONTROL_PLANE_ANSWER,
            false,
            Optional::empty);
    return ProxyExchange.begin(front, lane, errand, asked, asked.path());
  }

  private Exchange service(
      Asked asked,
      Front front,
      Snapshot snapshot,
      PMap<String, ServiceRoute> services,
      String host) {
    String path = asked.path();
    if (!path.startsWith(SERVICES)) {
      throw new Refusal(
          HttpResponseStatus.NOT_FOUND,
          "Web services are found under " + SERVICES + "<name>/; this path is not.");
    }
    int slash = path.indexOf('/', SERVICES.length());
    String name = path.substring(SERVICES.length(), slash < 0 ? path.length() : slash);
    String rest = slash < 0 ? "/" : path.substring(slash);
    @Nullable ServiceRoute route = services.get(name);
    if (route == null) {
      throw new Refusal(
          HttpResponseStatus.NOT_FOUND,
          host.isEmpty()
              ? "No service " + name + " is served over plain HTTP."
              : "No service " + name + " on " + host + ".");
    }
    refuseDots(rest);
    var location = new RouteState.Location(host, name);
    var ready = shared.routes().ready(route, location, snapshot);
    front.witness().count(ready.refused());
    front.witness().trace(route.traced());
    // Browsers send no credential with a preflight.
    if (CrossOrigin.answered(asked, front, route.origins())) {
      return Answered.INSTANCE;
    }
    ready.clients().check(asked.peer(), shared.clock().instant());
    ready.gate().check(asked.request().headers(), tokens);
    front.limit(shared.maxBody());
    String wanted = asked.request().headers().get(VERSION);
    if (wanted != null) {
      return exchange(asked, front, named(wanted, ready), rest, Optional::empty);
    }
    var choice = ready.choices().get(ready.split().next());
    Supplier<Optional<Errand>> elsewhere = () -> elsewhere(front, location, choice);
    return ready.mirrored().isEmpty()
        ? exchange(asked, front, choice, rest, elsewhere)
        : mirrored(asked, front, ready, choice, rest, elsewhere);
  }

  /**
   * For a request whose version has left the service: one of those that are there now, if its
   * models run where those of the other did.
   */
  private Optional<Errand> elsewhere(
      Front front, RouteState.Location location, RouteState.Choice left) {
    var snapshot = shared.snapshot().get();
    @Nullable ServiceRoute route =
        location.host().isEmpty()
            ? snapshot.plain().get(location.service())
            : snapshot.hosts().get(location.host()) instanceof Snapshot.Host.Target target
                ? target.services().get(location.service())
                : null;
    if (route == null) {
      return Optional.empty();
    }
    var ready = shared.routes().ready(route, location, snapshot);
    var choice = ready.choices().get(ready.split().next());
    var backend = choice.version().backend();
    if (choice.line() == left.line() || backend.getClass() != left.version().backend().getClass()) {
      return Optional.empty();
    }
    front.witness().count(choice.tally());
    var limits = choice.version().limits();
    return Optional.of(errand(location.service(), choice, limits.queueWait(), Optional::empty));
  }

  private static Errand errand(
      String service,
      RouteState.Choice choice,
      Duration wait,
      Supplier<Optional<Errand>> elsewhere) {
    return new Errand(
        "service " + service,
        choice.line(),
        wait,
        choice.version().limits().scoringTimeout(),
        true,
        elsewhere);
  }

  private Exchange exchange(
      Asked asked,
      Front front,
      RouteState.Choice choice,
      String rest,
      Supplier<Optional<Errand>> elsewhere) {
    var version = choice.version();
    front.witness().count(choice.tally());
    if (version.collection().on()) {
      front.witness().collect(version.collection());
    }
    var errand = errand(serviceName(asked.path()), choice, version.limits().queueWait(), elsewhere);
    return begin(asked, front, choice, rest, errand, shared.benches().requests());
  }

  private Exchange begin(
      Asked asked,
      Front front,
      RouteState.Choice choice,
      String rest,
      Errand errand,
      Workbench bench) {
    return switch (choice.version().backend()) {
      case Backend.InProcess _ -> new ModelExchange(front, bench, errand, asked.request(), rest);
      case Backend.Replicas _ -> {
        front.witness().propagate();
        yield ProxyExchange.begin(front, lane, errand, asked, rest);
      }
      case Backend.Absent absent -> throw errand.notReady(absent.reason());
    };
  }

  /** The request's own exchange, which also gathers what the versions in the mirror are due. */
  private Exchange mirrored(
      Asked asked,
      Front front,
      RouteState.Ready ready,
      RouteState.Choice choice,
      String rest,
      Supplier<Optional<Errand>> elsewhere) {
    var due = ready.mirrored().stream().filter(each -> each.split().next() == 0).toList();
    if (due.isEmpty()) {
      return exchange(asked, front, choice, rest, elsewhere);
    }
    // An exchange may change the request that it is given.
    var heads = due.stream().map(_ -> asked.copy()).toList();
    var bench = shared.benches().copies();
    Exchange exchange = exchange(asked, front, choice, rest, elsewhere);
    for (int i = 0; i < due.size(); i++) {
      var mirror = due.get(i);
      var head = heads.get(i);
      exchange =
          mirror
              .mirror()
              .alongside(
                  exchange,
                  lane.loop(),
                  bench,
                  to -> {
                    var copied =
                        errand(
                            serviceName(head.path()),
                            mirror.choice(),
                            Duration.ZERO,
                            Optional::empty);
                    return begin(head, to, mirror.choice(), rest, copied, bench);
                  });
    }
    return exchange;
  }

  private static RouteState.Choice named(String wanted, RouteState.Ready ready) {
    for (var choice : ready.choices()) {
      if (choice.version().name().equals(wanted)) {
        return choice;
      }
    }
    throw new Refusal(
        HttpResponseStatus.NOT_FOUND,
        "Service %s has no version %s, which the header %s names."
            .formatted(ready.route().name(), wanted, VERSION));
  }

  private static String serviceName(String path) {
    int slash = path.indexOf('/', SERVICES.length());
    return path.substring(SERVICES.length(), slash < 0 ? path.length() : slash);
  }

  /** Dots could lead out of the service at a server that resolves them. */
  private static void refuseDots(String rest) {
    if (rest.indexOf('.') < 0 && rest.indexOf('%') < 0) {
      return;
    }
    for (String segment : rest.toLowerCase(Locale.ROOT).split("/", -1)) {
      String plain = segment.replace("%2e", ".");
      if (plain.equals(".") || plain.equals("..")) {
        throw new Refusal(
            HttpResponseStatus.BAD_REQUEST, "The path has a segment of dots; leave it out.");
      }
    }
  }
}
