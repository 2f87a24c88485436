package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.Access;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.compute.ComputeTarget;
import dev.gatehouse.server.routing.Publication;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.definition.Trial;
import dev.gatehouse.server.service.ramp.Ramps;
import dev.gatehouse.server.telemetry.LogLine;
import java.net.URI;
import java.security.interfaces.ECPublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Where services are reached: publishes their routes and tells their scoring URIs. */
final class ServicePlaces {
  private final Publication publication;
  private final Neighbours.TargetShelf targets;
  private final ServiceStore store;
  private final ECPublicKey tokenKey;
  private final Observation observation;
  private final Ramps ramps;

  ServicePlaces(
      Publication publication,
      Neighbours.TargetShelf targets,
      ServiceStore store,
      ECPublicKey tokenKey,
      Observation observation,
      Ramps ramps) {
    this.publication = publication;
    this.targets = targets;
    this.store = store;
    this.tokenKey = tokenKey;
    this.observation = observation;
    this.ramps = ramps;
  }

  /**
   * What is kept of services, and under which name.
   *
   * @param workspaces a path of files by the id of a workspace
   */
  record Observation(Observers observers, UnaryOperator<String> workspaces) {
    String place(String workspaceId, String service) {
      return workspaces.apply(workspaceId) + "/" + service;
    }
  }

  /** Publishes the definition; a version that does not run answers 503 with the reason. */
  void publish(
      WebService service,
      Definition definition,
      Map<String, Fleet.Running> running,
      String otherwise) {
    String place = observation.place(service.workspaceId(), service.name());
    Map<String, Integer> shares = ramps.shares(service.id(), definition);
    var versions =
        definition.parts().stream()
            .map(part -> {
              Fleet.Running runs = running.get(part.version());
              return new Version(
                  part.version(),
                  shares.getOrDefault(part.version(), 0),
                  runs == null ? new Backend.Absent(otherwise) : runs.started().backend(),
                  part.limits(),
                  observation.observers().collection(place, part.observed()),
                  trial(definition.trial(part.version())));
            })
            .toList();
    var route =
        new ServiceRoute(
            service.id(),
            service.name(),
            access(service, definition),
            definition.origins(),
            definition.clientRoots(),
            definition.parts().stream().anyMatch(part -> part.observed().insights()),
            versions);
    publication.publish(
        new Publication.Published(requireTarget(service, definition), route, definition.tls()));
    observation
        .observers()
        .insights()
        .follow(service.id(), talkative(service, definition, running));
  }

  private static Map<String, LogLine.Source> talkative(
      WebService service, Definition definition, Map<String, Fleet.Running> running) {
    var instances = new HashMap<String, LogLine.Source>();
    for (Part part : definition.parts()) {
      Fleet.Running runs = running.get(part.version());
      if (runs != null && part.observed().insights()) {
        instances.put(runs.instance(), new LogLine.Source(service.name(), part.version()));
      }
    }
    return instances;
  }

  private static Version.Trial trial(Trial wanted) {
    return new Version.Trial(
        wanted.mirrorPercent(),
        wanted.rollout().flatMap(Trial.Plan::maxP99).orElse(Version.Trial.NONE.slow()));
  }

  void withdraw(String serviceId) {
    publication.withdraw(serviceId);
    observation.observers().insights().follow(serviceId, Map.of());
  }

  private Access access(WebService service, Definition definition) {
    return switch (definition.admission()) {
      case OPEN -> new Access.Open();
      case TOKENS -> new Access.Tokens(tokenKey, service.id());
      case KEYS -> {
        ServiceKeys keys = store.keys(service.id());
        yield new Access.Keys(keys.primary(), keys.secondary());
      }
    };
  }

  /** A 409 when plain HTTP has another service of this name. */
  void refuseTakenName(WebService service, Definition definition) {
    boolean namedByItself = definition.computeName().isEmpty() && definition.tls();
    if (!namedByItself) {
      publication.refuseTakenPlainName(
          requireTarget(service, definition),
          service.name(),
          service.id(),
          definition.tls() && definition.computeName().isPresent());
    }
  }

  /** Where it is reached now; empty while it has never come up, or its target is gone. */
  Optional<URI> scoringUri(WebService service) {
    return service
        .deployed()
        .flatMap(deployed ->
            target(service, deployed)
                .map(target -> publication.scoringUri(target, service.name(), deployed.tls())));
  }

  /** What must not stay as it is with the way to it; nothing while it has never come up. */
  List<String> warnings(WebService service) {
    return service
        .deployed()
        .flatMap(deployed ->
            target(service, deployed).map(target -> publication.warnings(target, deployed.tls())))
        .orElse(List.of());
  }

  private Optional<String> target(WebService service, Definition definition) {
    return definition
        .computeName()
        .map(name -> targets.find(service.workspaceId(), name).map(ComputeTarget::id))
        .orElseGet(() -> Optional.of(service.id()));
  }

  String requireTarget(WebService service, Definition definition) {
    return target(service, definition)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.Invalid(
                    "ComputeTargetNotFound",
                    "There is no compute target '"
                        + definition.computeName().orElse("")
                        + "' in the workspace; create or attach it first.")));
  }
}
