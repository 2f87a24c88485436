package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.CertificateView;
import dev.gatehouse.server.rest.ErrorMapping;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.routing.Publication;
import dev.gatehouse.server.service.definition.Aci;
import dev.gatehouse.server.service.definition.Aks;
import dev.gatehouse.server.service.definition.AksEndpoint;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.ramp.Ramp;
import dev.gatehouse.server.service.ramp.Ramps;
import dev.gatehouse.server.workspace.Workspace;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A service as clients read it (PROTOCOL.md 9.4): what is null and what is absent matters. */
final class ServiceDocument {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

  private final Neighbours.ModelShelf models;
  private final ServicePlaces places;
  private final Supplier<Publication.Addresses> addresses;
  private final Neighbours.CertificateDesk certificates;
  private final ServiceWork.Rolling rolling;

  ServiceDocument(
      Neighbours neighbours,
      ServicePlaces places,
      Supplier<Publication.Addresses> addresses,
      ServiceWork.Rolling rolling) {
    this.models = neighbours.models();
    this.certificates = neighbours.certificates();
    this.places = places;
    this.addresses = addresses;
    this.rolling = rolling;
  }

  /** {@code expand} adds the models. */
  ObjectNode render(WebService service, Workspace workspace, boolean expand) {
    Definition wanted = service.wanted();
    ObjectNode document = wanted.document().deepCopy();
    Optional<URI> uri = places.scoringUri(service);
    fill(document, service, uri);
    switch (wanted) {
      case Aci aci -> {
        container(document, aci, workspace, uri);
        certificates
            .standing(service.id())
            .ifPresent(now -> document.set("certificate", CertificateView.of(now)));
      }
      case Aks _ -> document.put("deploymentStatus", service.state().word());
      case AksEndpoint endpoint -> {
        document.put("deploymentStatus", service.state().word());
        document
            .path("versions")
            .forEachEntry((_, version) -> fill((ObjectNode) version, service, uri));
        rolling(document, service, endpoint);
      }
    }
    if (expand) {
      expand(document, service);
    }
    return document;
  }

  /** What clients of the protocol do not know, they leave alone. */
  private void rolling(ObjectNode document, WebService service, AksEndpoint endpoint) {
    Map<String, Integer> now = rolling.ramps().shares(service.id(), endpoint);
    rolling
        .ramps()
        .of(rolling.site(), service.id(), endpoint)
        .forEach((name, shown) -> {
          if (document.path("versions").path(name) instanceof ObjectNode version) {
            boolean under = shown.ramp().state() == Ramp.State.ROLLING;
            version.set("rollout", rollout(shown));
            if (under) {
              version.put("trafficPercentile", now.getOrDefault(name, 0));
            }
          }
        });
  }

  private static ObjectNode rollout(Ramps.Shown shown) {
    Ramp ramp = shown.ramp();
    ObjectNode document =
        Json.object()
            .put("state", ramp.state().word())
            .put("step", ramp.step() + 1)
            .put("since", time(ramp.since()));
    shown.steps().forEach(document.putArray("steps")::add);
    if (ramp.state() == Ramp.State.ROLLING) {
      document
          .put("requests", shown.requests())
          .put("errors", shown.errors())
          .put("slow", shown.slow());
    } else if (!ramp.why().isEmpty()) {
      document.put("why", ramp.why());
    }
    return document;
  }

  private void fill(ObjectNode document, WebService service, Optional<URI> uri) {
    document.put("createdTime", time(service.created()));
    document.put("updatedTime", time(service.updated()));
    document.put("state", service.state().word());
    document.put("scoringUri", uri.map(URI::toString).orElse(null));
    places.warnings(service).forEach(document.putArray("warnings")::add);
    why(service.state()).ifPresent(problem -> document.set("error", ErrorMapping.flat(problem)));
  }

  private void container(ObjectNode document, Aci aci, Workspace workspace, Optional<URI> uri) {
    if (Json.text(document, "location").isEmpty()) {
      document.put("location", workspace.location());
    }
    document.put("publicIp", uri.map(_ -> addresses.get().ip()).orElse(null));
    document.putNull("sslKey");
    aci.cname()
        .or(() -> uri.filter(at -> at.getScheme().equals("https")).map(URI::getHost))
        .ifPresent(host -> document.put("publicFqdn", host));
  }

  private void expand(ObjectNode document, WebService service) {
    if (service.wanted() instanceof AksEndpoint endpoint) {
      for (Part part : endpoint.parts()) {
        ((ObjectNode) document.path("versions").path(part.version()))
            .set("models", models(service.workspaceId(), part.image().modelIds()));
      }
    } else {
      document.set(
          "models",
          models(service.workspaceId(), service.wanted().parts().getFirst().image().modelIds()));
    }
  }

  private ArrayNode models(String workspaceId, List<String> ids) {
    ArrayNode list = Json.array();
    for (String id : ids) {
      try {
        list.add(models.forService(models.require(workspaceId, id)));
      } catch (ProblemException e) {
        if (!(e.problem() instanceof Problem.NotFound)) {
          throw e;
        }
        // A model that was deleted meanwhile must not make its service unreadable.
      }
    }
    return list;
  }

  private static Optional<Problem> why(ServiceState state) {
    return switch (state) {
      case ServiceState.Transitioning _, ServiceState.Healthy _, ServiceState.Deleting _ ->
          Optional.empty();
      case ServiceState.Kept(var why) -> Optional.of(why);
      case ServiceState.Unhealthy(var why) -> Optional.of(why);
      case ServiceState.Failed(var why) -> Optional.of(why);
    };
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }
}
