package dev.gatehouse.server.service.definition;

import dev.gatehouse.gateway.Version;
import dev.gatehouse.gateway.onnx.Batching;
import dev.gatehouse.server.compute.local.Liveness;
import java.util.Optional;

/**
 * One version of a service, or the whole of a service that has no versions.
 *
 * @param share percent of the traffic; those of a service add up to 100
 * @param memoryBytes bound of one of them, 0 for none
 * @param liveness when one of them that no longer answers is replaced
 * @param observed what is kept of its requests
 * @param batching how requests to an ONNX model are joined; empty for not at all
 */
public record Part(
    String version,
    int share,
    ImageRequest image,
    Scaling scaling,
    long memoryBytes,
    Liveness liveness,
    Version.Limits limits,
    Observed observed,
    Optional<Batching> batching) {
  /** Whether what runs for the other can go on for this one. */
  public boolean runsLike(Part other) {
    return image.document().equals(other.image.document())
        && scaling.least() == other.scaling.least()
        && (image.withoutCode() || observed.collect() == other.observed.collect())
        && memoryBytes == other.memoryBytes
        && liveness.equals(other.liveness)
        && batching.equals(other.batching)
        && limits.concurrent() == other.limits.concurrent()
        && limits.scoringTimeout().equals(other.limits.scoringTimeout());
  }
}
