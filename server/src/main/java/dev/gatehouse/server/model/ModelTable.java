package dev.gatehouse.server.model;

import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.node.ObjectNode;

/** The table {@code model}; its sequence is the order of registration. */
final class ModelTable {
  private static final String BY_ID = " WHERE workspace_id = ? AND name = ? AND version = ?";

  private final Database database;

  ModelTable(Database database) {
    this.database = database;
  }

  /** A model and its place in the order of registration. */
  record Row(long sequence, RegisteredModel model) {}

  /**
   * Adds the next version of the name, or gives the newest again when it was registered by the very
   * same request: clients send it once more when they have lost the answer.
   */
  RegisteredModel add(
      String workspaceId, String name, String request, IntFunction<RegisteredModel> make) {
    return database
        .jdbi()
        .inTransaction(h -> {
          Optional<RegisteredModel> again =
              h.createQuery(
                      "SELECT * FROM model WHERE workspace_id = ? AND name = ? AND request = ?"
                          + " ORDER BY version DESC LIMIT 1")
                  .bind(0, workspaceId)
                  .bind(1, name)
                  .bind(2, request)
                  .map((rs, _) -> read(rs).model())
                  .findOne();
          if (again.isPresent()) {
            return again.get();
          }
          int version =
              1
                  + h.createQuery(
                          "SELECT coalesce(max(version), 0) FROM model WHERE workspace_id = ? AND name = ?")
                      .bind(0, workspaceId)
                      .bind(1, name)
                      .mapTo(Integer.class)
                      .one();
          RegisteredModel model = make.apply(version);
          h.execute(
              "INSERT INTO model (workspace_id, name, version, framework, run_id, document, request)"
                  + " VALUES (?, ?, ?, ?, ?, ?, ?)",
              workspaceId,
              name,
              version,
              model.framework(),
              Json.text(model.document(), "runId").orElse(""),
              model.document().toString(),
              request);
          return model;
        });
  }

  Optional<RegisteredModel> find(String workspaceId, ModelId id) {
    return database.jdbi().withHandle(h -> find(h, workspaceId, id));
  }

  /** Changes the document in one transaction, so that no other change gets lost. */
  Optional<RegisteredModel> change(
      String workspaceId, ModelId id, UnaryOperator<ObjectNode> change) {
    return database
        .jdbi()
        .inTransaction(h -> {
          Optional<RegisteredModel> found = find(h, workspaceId, id);
          if (found.isEmpty()) {
            return found;
          }
          RegisteredModel old = found.get();
          ObjectNode changed = change.apply(old.document());
          h.execute(
              "UPDATE model SET document = ?" + BY_ID,
              changed.toString(),
              workspaceId,
              id.name(),
              id.version());
          return Optional.of(
              new RegisteredModel(
                  workspaceId, old.name(), old.version(), old.framework(), changed));
        });
  }

  boolean delete(String workspaceId, ModelId id) {
    return database
            .jdbi()
            .withHandle(
                h -> h.execute("DELETE FROM model" + BY_ID, workspaceId, id.name(), id.version()))
        > 0;
  }

  /** At most {@code limit} models that fit, newest first. */
  List<Row> list(String workspaceId, ModelQuery query, int limit) {
    var conditions = new ArrayList<String>();
    var values = new ArrayList<Object>();
    conditions.add("m.workspace_id = ?");
    values.add(workspaceId);
    query
        .equal()
        .forEach((column, value) -> {
          conditions.add("m." + column + " = ?");
          values.add(value);
        });
    entries(query.tags(), "kvTags", conditions, values);
    entries(query.properties(), "properties", conditions, values);
    if (!query.dataset().isEmpty()) {
      conditions.add(
          "EXISTS (SELECT 1 FROM json_each(m.document, '$.datasets') d WHERE json_extract(d.value, '$.id') = ?)");
      values.add(query.dataset());
    }
    // The latest of those that fit, which need not be the latest of all.
    String newest = query.latestOnly() ? "place = 1" : "true";
    values.add(query.before() > 0 ? query.before() : Long.MAX_VALUE);
    values.add(limit);
    return database
        .jdbi()
        .withHandle(h -> {
          var select =
              h.createQuery(
                  "SELECT * FROM (SELECT m.*, row_number() OVER (PARTITION BY m.name ORDER BY m.version DESC) AS place"
                      + " FROM model m WHERE "
                      + String.join(" AND ", conditions)
                      + ") WHERE "
                      + newest
                      + " AND sequence < ? ORDER BY sequence DESC LIMIT ?");
          for (int i = 0; i < values.size(); i++) {
            select.bind(i, values.get(i));
          }
          return select.map((rs, _) -> read(rs)).list();
        });
  }

  private static void entries(
      Map<String, Optional<String>> wanted,
      String member,
      List<String> conditions,
      List<Object> values) {
    wanted.forEach((key, value) -> {
      conditions.add(
          "EXISTS (SELECT 1 FROM json_each(m.document, '$.%s') e WHERE e.key = ?%s)"
              .formatted(member, value.isPresent() ? " AND e.value = ?" : ""));
      values.add(key);
      value.ifPresent(values::add);
    });
  }

  private static Optional<RegisteredModel> find(Handle handle, String workspaceId, ModelId id) {
    return handle
        .createQuery("SELECT * FROM model" + BY_ID)
        .bind(0, workspaceId)
        .bind(1, id.name())
        .bind(2, id.version())
        .map((rs, _) -> read(rs).model())
        .findOne();
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(
        row.getLong("sequence"),
        new RegisteredModel(
            row.getString("workspace_id"),
            row.getString("name"),
            row.getInt("version"),
            row.getString("framework"),
            (ObjectNode) Json.parse(row.getString("document"))));
  }
}
