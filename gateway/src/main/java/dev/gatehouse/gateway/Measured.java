package dev.gatehouse.gateway;

import dev.gatehouse.gateway.http.Tally;

/**
 * How a version of a service does at this moment, and what it has done since it was first asked.
 *
 * @param host empty where it is served over plain HTTP
 * @param version empty for what the service refused before it chose one
 */
public record Measured(
    String host,
    String service,
    String version,
    int replicas,
    int inFlight,
    int queued,
    Tally.Counts counts) {}
