package dev.gatehouse.gateway;

import java.util.List;

/**
 * How requests for one web service (or endpoint) are let in and where they go: the path {@code
 * /api/v1/service/<name>/rest} reaches a version as {@code /rest}.
 *
 * @param id stable for the service's life, and never used again: state such as requests in flight
 *     is kept under it
 * @param origins whose pages may ask from a browser; none leaves the matter to the service itself
 * @param clients who may connect, before {@code access} is asked
 * @param traced whether every request is traced that begins a trace, whatever the ratio
 * @param versions at least one; a plain web service has exactly one
 */
public record ServiceRoute(
    String id,
    String name,
    Access access,
    Origins origins,
    ClientRoots clients,
    boolean traced,
    List<Version> versions) {
  /** A route that browsers reach from no other origin, and that wants no client certificate. */
  public ServiceRoute(String id, String name, Access access, List<Version> versions) {
    this(id, name, access, Origins.NONE, ClientRoots.NONE, false, versions);
  }

  public ServiceRoute {
    versions = List.copyOf(versions);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException(
          "versions: none (expected: at least one) for service " + name);
    }
    int shares = versions.stream().mapToInt(Version::share).sum();
    if (shares != 100 || versions.stream().anyMatch(version -> version.share() < 0)) {
      throw new IllegalArgumentException(
          "shares: %s (expected: 0 to 100 each, 100 in all) for service %s"
              .formatted(versions.stream().map(Version::share).toList(), name));
    }
  }
}
