package dev.gatehouse.gateway;

import java.util.List;

/**
 * How requests for one web service (or endpoint) are let in and where they go: the path {@code
 * /api/v1/service/<name>/rest} reaches a version as {@code /rest}.
 *
 * @param id stable for the service's life, and never used again: state such as requests in flight
 *     is kept under it
 * @param versions at least one; a plain web service has exactly one
 * @param clients who may connect, before {@code access} is asked
 */
public record ServiceRoute(
    String id, String name, Access access, ClientRoots clients, List<Version> versions) {
  /** A route that wants no client certificate. */
  public ServiceRoute(String id, String name, Access access, List<Version> versions) {
    this(id, name, access, ClientRoots.NONE, versions);
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
