package dev.gatehouse.server.compute;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.state.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/** The clusters that can be attached: registered ones, and those that a detached target left. */
public final class Clusters {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.()-]{0,89}");

  private final Database database;
  private final InstantSource clock;

  public Clusters(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Makes the cluster known; nothing changes when it is already. */
  public void register(String group, String name) {
    for (String part : List.of(group, name)) {
      if (!NAME.matcher(part).matches()) {
        throw ProblemException.invalid(
            "The name '"
                + part
                + "' is not possible for a cluster or resource group (expected: 1 to 90 letters, digits, '-', '_', '.', '(' or ')').");
      }
    }
    database
        .jdbi()
        .useTransaction(h -> {
          if (find(h, new Cluster.Place(group, name)).isEmpty()) {
            add(h, group, name);
          }
        });
  }

  List<Cluster.Place> list() {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT resource_group, name FROM cluster ORDER BY resource_group, name")
                .map((rs, _) ->
                    new Cluster.Place(rs.getString("resource_group"), rs.getString("name")))
                .list());
  }

  Cluster add(Handle h, String group, String name) {
    var cluster = new Cluster(UUID.randomUUID().toString(), group, name);
    h.execute(
        "INSERT INTO cluster (id, resource_group, name, created_at) VALUES (?, ?, ?, ?)",
        cluster.id(),
        group,
        name,
        clock.instant().toString());
    return cluster;
  }

  /** The one to attach: a 404 when nobody knows it, a 409 when a target is made of it already. */
  Cluster free(Handle h, Cluster.Place place) {
    Cluster cluster =
        find(h, place)
            .orElseThrow(() ->
                new ProblemException(
                    new Problem.NotFound(
                        "ClusterNotFound",
                        "There is no cluster '%s' in the resource group '%s'; register it with 'gatehouse cluster add' first."
                            .formatted(place.name(), place.group()))));
    h.createQuery("SELECT name FROM compute WHERE cluster_id = ?")
        .bind(0, cluster.id())
        .mapTo(String.class)
        .findOne()
        .ifPresent(user -> {
          throw new ProblemException(
              new Problem.Conflict(
                  "ClusterInUse",
                  "The cluster '%s' belongs to the compute target '%s'; detach that first."
                      .formatted(place.name(), user)));
        });
    return cluster;
  }

  private static Optional<Cluster> find(Handle h, Cluster.Place place) {
    return h.createQuery("SELECT * FROM cluster WHERE resource_group = ? AND name = ?")
        .bind(0, place.group())
        .bind(1, place.name())
        .map((rs, _) ->
            new Cluster(rs.getString("id"), rs.getString("resource_group"), rs.getString("name")))
        .findOne();
  }
}
