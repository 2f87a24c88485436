package dev.gatehouse.server.workspace;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The workspaces by their place in the tree of subscriptions and resource groups. */
public final class Workspaces {
  /** The path of a workspace, as every route within one begins or goes on. */
  public static final String PATH =
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}";

  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_-]{1,32}");

  private final Database database;
  private final InstantSource clock;

  public Workspaces(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A workspace with what clients set and read but nothing here depends on. */
  record Described(
      Workspace workspace, Optional<JsonNode> tags, ObjectNode properties, String created) {}

  /** The workspace that the request's path names; a problem of 404 when there is none. */
  public Workspace require(Request request) {
    return describe(request).workspace();
  }

  /**
   * {@code SUBSCRIPTION/GROUP/NAME} of the workspace, which must exist, fit for a path of files.
   */
  public String path(String workspaceId) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT subscription, resource_group, name FROM workspace WHERE id = ?")
                .bind(0, workspaceId)
                .map((row, _) ->
                    Stream.of(row.getString(1), row.getString(2), row.getString(3))
                        .map(part -> part.replaceAll("[^A-Za-z0-9_-]", "_"))
                        .collect(Collectors.joining("/")))
                .one());
  }

  /** Where the workspace is, which must exist. */
  public String location(String workspaceId) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT location FROM workspace WHERE id = ?")
                .bind(0, workspaceId)
                .mapTo(String.class)
                .one());
  }

  Described describe(Request request) {
    String name = request.parameter("workspace");
    String group = request.parameter("group");
    String subscription = request.parameter("subscription");
    return find(subscription, group, name)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "WorkspaceNotFound",
                    "There is no workspace '%s' in the resource group '%s' of the subscription %s."
                        .formatted(name, group, subscription))));
  }

  Optional<Described> find(String subscription, String group, String name) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT * FROM workspace WHERE subscription = ? AND resource_group = ? AND name = ?")
                .bind(0, subscription)
                .bind(1, group)
                .bind(2, name)
                .map((rs, _) -> read(rs))
                .findOne());
  }

  /** All workspaces, or those of one subscription and group; empty texts stand for any. */
  List<Described> list(String subscription, String group) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT * FROM workspace WHERE (:s = '' OR subscription = :s) AND (:g = '' OR resource_group = :g)"
                        + " ORDER BY created_at, name")
                .bind("s", subscription)
                .bind("g", group)
                .map((rs, _) -> read(rs))
                .list());
  }

  /**
   * Makes the workspace and its group when they are not there; an existing one is left as it is.
   */
  public Workspace createIfAbsent(String subscription, String group, String name, String location) {
    return createIfAbsent(
        new Workspace("", subscription, group, name, location), Optional.empty(), Json.object());
  }

  Workspace createIfAbsent(Workspace wanted, Optional<JsonNode> tags, ObjectNode properties) {
    if (!NAME.matcher(wanted.name()).matches()) {
      throw ProblemException.invalid(
          "The workspace name '"
              + wanted.name()
              + "' is not possible (expected: 2 to 33 letters, digits, '-' or '_', the first a letter or digit).");
    }
    return database.jdbi().inTransaction(h -> insert(h, wanted, tags, properties)).workspace();
  }

  private Described insert(
      Handle h, Workspace wanted, Optional<JsonNode> tags, ObjectNode properties) {
    h.execute(
        "INSERT INTO resource_group (subscription, name, location) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        wanted.subscription(),
        wanted.resourceGroup(),
        wanted.location());
    h.execute(
        "INSERT INTO workspace (id, subscription, resource_group, name, location, tags, properties, created_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        UUID.randomUUID().toString(),
        wanted.subscription(),
        wanted.resourceGroup(),
        wanted.name(),
        wanted.location(),
        tags.map(JsonNode::toString).orElse(null),
        properties.toString(),
        clock.instant().toString());
    return h.createQuery(
            "SELECT * FROM workspace WHERE subscription = ? AND resource_group = ? AND name = ?")
        .bind(0, wanted.subscription())
        .bind(1, wanted.resourceGroup())
        .bind(2, wanted.name())
        .map((rs, _) -> read(rs))
        .one();
  }

  void update(Described changed) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE workspace SET tags = ?, properties = ? WHERE id = ?",
                changed.tags().map(JsonNode::toString).orElse(null),
                changed.properties().toString(),
                changed.workspace().id()));
  }

  void delete(Workspace workspace) {
    database.jdbi().useHandle(h -> h.execute("DELETE FROM workspace WHERE id = ?", workspace.id()));
  }

  private static Described read(ResultSet row) throws SQLException {
    var workspace =
        new Workspace(
            row.getString("id"),
            row.getString("subscription"),
            row.getString("resource_group"),
            row.getString("name"),
            row.getString("location"));
    return new Described(
        workspace,
        Optional.ofNullable(row.getString("tags")).map(Json::parse),
        (ObjectNode) Json.parse(row.getString("properties")),
        row.getString("created_at"));
  }
}
