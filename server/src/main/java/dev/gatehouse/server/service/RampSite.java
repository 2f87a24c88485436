package dev.gatehouse.server.service;

import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.service.definition.AksEndpoint;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.ramp.Site;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** The services that run here, for their roll-outs. */
final class RampSite implements Site {
  private final ServiceStore store;
  private final Fleet fleet;
  private final ServicePlaces places;
  private final Function<String, Map<String, Tally.Counts>> counts;

  RampSite(
      ServiceStore store, Rollout.Parts parts, Function<String, Map<String, Tally.Counts>> counts) {
    this.store = store;
    this.fleet = parts.fleet();
    this.places = parts.places();
    this.counts = counts;
  }

  @Override
  public Map<String, Tally.Counts> counts(String serviceId) {
    return counts.apply(serviceId);
  }

  @Override
  public Optional<AksEndpoint> running(String serviceId) {
    return fleet.of(serviceId).isEmpty()
        ? Optional.empty()
        : store
            .byId(serviceId)
            .flatMap(WebService::deployed)
            .filter(AksEndpoint.class::isInstance)
            .map(AksEndpoint.class::cast);
  }

  /** What does not run has been taken away, or will be published when it does. */
  @Override
  public void publish(String serviceId) {
    fleet.publishing(() -> {
      Map<String, Fleet.Running> running = fleet.of(serviceId);
      Optional<WebService> service = store.byId(serviceId);
      Optional<Definition> deployed = service.flatMap(WebService::deployed);
      if (!running.isEmpty() && deployed.isPresent()) {
        places.publish(service.get(), deployed.get(), running, "starting");
      }
    });
  }

  @Override
  public boolean adopt(String serviceId, AksEndpoint deployed, Map<String, Integer> shares) {
    ObjectNode document = deployed.document().deepCopy();
    shares.forEach((version, share) ->
        ((ObjectNode) document.path("versions").path(version)).put("trafficPercentile", share));
    return store.settle(serviceId, deployed, Definition.check(document));
  }
}
