package dev.gatehouse.server.routing;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Snapshot;
import dev.gatehouse.gateway.Snapshot.Host;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps which service runs on which target, and which target has which name, and tells the gateway
 * what follows: a service is reached by its target's name over TLS, or by the address over plain
 * HTTP, never by both.
 */
public final class Publication {
  private static final Logger log = LoggerFactory.getLogger(Publication.class);
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  private final Consumer<UnaryOperator<Snapshot>> gateway;
  private final Supplier<Addresses> addresses;

  // These are touched under the lock of this object only.
  private final Map<String, Listener> listeners = new HashMap<>();

  private final Map<String, Published> services = new HashMap<>();

  private final Set<String> exposed = new HashSet<>();

  public Publication(Consumer<UnaryOperator<Snapshot>> gateway, Supplier<Addresses> addresses) {
    this.gateway = gateway;
    this.addresses = addresses;
  }

  /**
   * Where clients reach the gateway.
   *
   * @param ip a literal
   * @param open whether others than programs of this machine reach it there
   */
  public record Addresses(String ip, int https, int http, boolean open) {}

  /** The name of a target and the certificate that is shown for it. */
  public record Listener(String host, CertifiedKey pair) {}

  /**
   * A service on a target; {@code tls} false keeps it on plain HTTP although its target has a name.
   */
  public record Published(String target, ServiceRoute route, boolean tls) {}

  /**
   * Gives the target a name and certificate, or another one; its services are reached there from
   * now on. A target that had the name before loses it in the same instant.
   */
  public synchronized void listen(String target, Listener listener) {
    Listener before = listeners.put(target, listener);
    List<String> losers =
        listeners.entrySet().stream()
            .filter(other -> !other.getKey().equals(target))
            .filter(other -> other.getValue().host().equals(listener.host()))
            .map(Map.Entry::getKey)
            .toList();
    losers.forEach(listeners::remove);
    gateway.accept(snapshot -> {
      Snapshot next = before == null ? snapshot : without(snapshot, before);
      next =
          next.withCertificate(listener.host(), listener.pair())
              .withHost(listener.host(), new Host.Target(HashTreePMap.empty()));
      next = placeAll(next, target);
      for (String loser : losers) {
        next = placeAll(next, loser);
      }
      return next;
    });
    services.values().stream()
        .filter(each -> each.target().equals(target) || losers.contains(each.target()))
        .forEach(this::warn);
  }

  /**
   * Shows the certificate for the control plane's own names, and to clients that send no name.
   *
   * @param names DNS names and IP literals
   */
  public synchronized void listenForControlPlane(List<String> names, CertifiedKey pair) {
    gateway.accept(snapshot -> {
      Snapshot next = snapshot.withFallback(pair);
      for (String name : names) {
        next = next.withHost(name, new Host.ControlPlane());
        // Clients send no IP literal as server name (RFC 6066 section 3).
        next = ADDRESS.matcher(name).matches() ? next : next.withCertificate(name, pair);
      }
      return next;
    });
  }

  /** Takes the target's name away; its services go on over plain HTTP. */
  public synchronized void silence(String target) {
    Listener before = listeners.remove(target);
    if (before != null) {
      gateway.accept(snapshot -> placeAll(without(snapshot, before), target));
      services.values().stream().filter(each -> each.target().equals(target)).forEach(this::warn);
    }
  }

  /** Publishes the service, or its new route, or its new place. */
  public synchronized void publish(Published service) {
    Published before = services.put(service.route().id(), service);
    gateway.accept(
        snapshot -> place(before == null ? snapshot : remove(snapshot, before), service));
    warn(service);
  }

  /** Nobody reaches the service any more. */
  public synchronized void withdraw(String routeId) {
    Published before = services.remove(routeId);
    if (before != null) {
      gateway.accept(snapshot -> remove(snapshot, before));
      exposed.remove(routeId);
    }
  }

  /**
   * A 409 when plain HTTP already has a service of this name that is another one, of another
   * workspace.
   */
  public synchronized void refuseTakenPlainName(
      String target, String name, String routeId, boolean tls) {
    if (!overTls(target, tls)) {
      services.values().stream()
          .filter(other -> other.route().name().equals(name) && !other.route().id().equals(routeId))
          .filter(other -> !overTls(other.target(), other.tls()))
          .findFirst()
          .ifPresent(_ -> {
            throw new ProblemException(
                new Problem.Conflict(
                    "ServiceNameTaken",
                    "A service named '"
                        + name
                        + "' of another workspace is served over plain HTTP already, where names are told apart by"
                        + " nothing else; take another name or a compute target with TLS."));
          });
    }
  }

  /** Where the service is reached at this moment. */
  public synchronized URI scoringUri(String target, String service, boolean tls) {
    Addresses at = addresses.get();
    Listener listener = listeners.get(target);
    String path = "/api/v1/service/" + service + "/score";
    if (tls && listener != null) {
      return URI.create(
          "https://" + listener.host() + (at.https() == 443 ? "" : ":" + at.https()) + path);
    }
    String ip = at.ip().contains(":") ? "[" + at.ip() + "]" : at.ip();
    return URI.create("http://" + ip + ":" + at.http() + path);
  }

  /** What must not stay as it is with what is reached there at this moment. */
  public synchronized List<String> warnings(String target, boolean tls) {
    Addresses at = addresses.get();
    return overTls(target, tls) || !at.open()
        ? List.of()
        : List.of(
            "Without TLS, requests, answers and keys can be read and changed on the way: plain HTTP at port %d is reached from other machines."
                .formatted(at.http()));
  }

  /** Once for as long as it stays so. */
  private void warn(Published service) {
    List<String> warnings = warnings(service.target(), service.tls());
    if (warnings.isEmpty()) {
      exposed.remove(service.route().id());
    } else if (exposed.add(service.route().id())) {
      warnings.forEach(warning -> log.warn("service {}: {}", service.route().name(), warning));
    }
  }

  private boolean overTls(String target, boolean tls) {
    return tls && listeners.containsKey(target);
  }

  private Snapshot placeAll(Snapshot snapshot, String target) {
    Snapshot next = snapshot;
    for (Published service : services.values()) {
      if (service.target().equals(target)) {
        next = place(withoutPlain(next, service.route()), service);
      }
    }
    return next;
  }

  private Snapshot place(Snapshot snapshot, Published service) {
    Listener listener = listener(service);
    if (listener == null) {
      ServiceRoute holder = snapshot.plain().get(service.route().name());
      boolean free = holder == null || holder.id().equals(service.route().id());
      return free ? snapshot.withPlain(service.route()) : snapshot;
    }
    return snapshot.withHost(
        listener.host(),
        new Host.Target(
            servicesAt(snapshot, listener).plus(service.route().name(), service.route())));
  }

  private Snapshot remove(Snapshot snapshot, Published service) {
    Listener listener = listener(service);
    if (listener == null) {
      return withoutPlain(snapshot, service.route());
    }
    return snapshot.withHost(
        listener.host(),
        new Host.Target(servicesAt(snapshot, listener).minus(service.route().name())));
  }

  private @Nullable Listener listener(Published service) {
    return service.tls() ? listeners.get(service.target()) : null;
  }

  private static PMap<String, ServiceRoute> servicesAt(Snapshot snapshot, Listener listener) {
    return snapshot.hosts().get(listener.host()) instanceof Host.Target(var services)
        ? services
        : HashTreePMap.empty();
  }

  private static Snapshot withoutPlain(Snapshot snapshot, ServiceRoute route) {
    ServiceRoute holder = snapshot.plain().get(route.name());
    return holder != null && holder.id().equals(route.id())
        ? snapshot.withoutPlain(route.name())
        : snapshot;
  }

  private static Snapshot without(Snapshot snapshot, Listener listener) {
    return snapshot.withoutHost(listener.host()).withoutCertificate(listener.host());
  }
}
