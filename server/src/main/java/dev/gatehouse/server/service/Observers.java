package dev.gatehouse.server.service;

import dev.gatehouse.gateway.DataCollection;
import dev.gatehouse.server.service.definition.Observed;
import dev.gatehouse.server.telemetry.Insights;

/**
 * Who keeps what services are asked, and what their replicas print.
 *
 * @param sample how many of the requests are collected where a service does not say, 0 to 1
 */
public record Observers(double sample, Insights insights) {
  DataCollection collection(String place, Observed observed) {
    return observed.collect()
        ? new DataCollection(place, observed.sample().orElse(sample))
        : DataCollection.OFF;
  }
}
