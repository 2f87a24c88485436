package dev.gatehouse.server.service.ramp;

import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.service.definition.AksEndpoint;
import java.util.Map;
import java.util.Optional;

/** The services to which roll-outs happen. */
public interface Site {
  /** What each version has done so far, by its name. */
  Map<String, Tally.Counts> counts(String serviceId);

  /** What is deployed, while it runs. */
  Optional<AksEndpoint> running(String serviceId);

  /** Publishes what runs with the shares of now. */
  void publish(String serviceId);

  /** Makes the shares the deployed ones; false while something else changes the service. */
  boolean adopt(String serviceId, AksEndpoint deployed, Map<String, Integer> shares);
}
