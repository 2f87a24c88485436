package dev.gatehouse.server.environment;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.JsonNode;

/** The table {@code environment}; a version never changes. */
final class EnvironmentTable {
  private final Database database;

  EnvironmentTable(Database database) {
    this.database = database;
  }

  /** One version; the definition is all but name and version. */
  record Row(String name, String version, JsonNode definition) {}

  /** Adds the next number as version, unless the latest version is defined just so already. */
  Row add(String workspaceId, String name, JsonNode definition, String now) {
    return database
        .jdbi()
        .inTransaction(h -> {
          Optional<Row> latest = latest(h, workspaceId, name);
          if (latest.filter(row -> row.definition().equals(definition)).isPresent()) {
            return latest.get();
          }
          int next =
              1
                  + h.createQuery(
                          "SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM environment"
                              + " WHERE workspace_id = ? AND name = ?")
                      .bind(0, workspaceId)
                      .bind(1, name)
                      .mapTo(Integer.class)
                      .one();
          return insert(h, workspaceId, new Row(name, Integer.toString(next), definition), now);
        });
  }

  /** Adds exactly that version; a 409 when it is there with another definition. */
  Row add(String workspaceId, Row row, String now) {
    return database
        .jdbi()
        .inTransaction(h -> {
          Optional<Row> stored = find(h, workspaceId, row.name(), row.version());
          if (stored.isEmpty()) {
            return insert(h, workspaceId, row, now);
          }
          if (!stored.get().definition().equals(row.definition())) {
            throw new ProblemException(
                new Problem.Conflict(
                    "EnvironmentVersionExists",
                    "The environment '%s' has a version %s with another definition; leave the version out to get the next one."
                        .formatted(row.name(), row.version())));
          }
          return stored.get();
        });
  }

  Optional<Row> latest(String workspaceId, String name) {
    return database.jdbi().withHandle(h -> latest(h, workspaceId, name));
  }

  Optional<Row> find(String workspaceId, String name, String version) {
    return database.jdbi().withHandle(h -> find(h, workspaceId, name, version));
  }

  /** The latest version of each name, by name. */
  List<Row> list(String workspaceId) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT * FROM environment e WHERE workspace_id = ? AND sequence ="
                        + " (SELECT max(sequence) FROM environment l"
                        + " WHERE l.workspace_id = e.workspace_id AND l.name = e.name) ORDER BY name")
                .bind(0, workspaceId)
                .map((rs, _) -> read(rs))
                .list());
  }

  private static Row insert(Handle handle, String workspaceId, Row row, String now) {
    handle.execute(
        "INSERT INTO environment (workspace_id, name, version, definition, created_at) VALUES (?, ?, ?, ?, ?)",
        workspaceId,
        row.name(),
        row.version(),
        row.definition().toString(),
        now);
    return row;
  }

  private static Optional<Row> latest(Handle handle, String workspaceId, String name) {
    return handle
        .createQuery(
            "SELECT * FROM environment WHERE workspace_id = ? AND name = ? ORDER BY sequence DESC LIMIT 1")
        .bind(0, workspaceId)
        .bind(1, name)
        .map((rs, _) -> read(rs))
        .findOne();
  }

  private static Optional<Row> find(
      Handle handle, String workspaceId, String name, String version) {
    return handle
        .createQuery(
            "SELECT * FROM environment WHERE workspace_id = ? AND name = ? AND version = ?")
        .bind(0, workspaceId)
        .bind(1, name)
        .bind(2, version)
        .map((rs, _) -> read(rs))
        .findOne();
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(
        row.getString("name"), row.getString("version"), Json.parse(row.getString("definition")));
  }
}
