package dev.gatehouse.server.operation;

import dev.gatehouse.server.operation.Operation.State;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The tables {@code operation} and {@code operation_log}. */
final class OperationStore {
  static final int MAX_LOG_LINES = 10_000;

  private final Database database;

  OperationStore(Database database) {
    this.database = database;
  }

  void add(Handle handle, Operation operation) {
    handle.execute(
        "INSERT INTO operation (id, kind, scope, subject, input, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        operation.id(),
        operation.kind(),
        operation.scope(),
        operation.subject(),
        operation.input().toString(),
        "Waiting",
        operation.created().toString());
  }

  Optional<Operation> find(String id) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT * FROM operation WHERE id = ?")
                .bind(0, id)
                .map((rs, _) -> read(rs))
                .findOne());
  }

  List<Operation> unended(Handle handle, String scope, String subject) {
    return handle
        .createQuery(
            "SELECT * FROM operation WHERE scope = ? AND subject = ? AND state IN ('Waiting', 'Running')")
        .bind(0, scope)
        .bind(1, subject)
        .map((rs, _) -> read(rs))
        .list();
  }

  List<String> unended() {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT id FROM operation WHERE state IN ('Waiting', 'Running') ORDER BY created_at")
                .mapTo(String.class)
                .list());
  }

  void update(String id, State state) {
    database.jdbi().useTransaction(h -> update(h, id, state));
  }

  /** An operation that has ended stays as it is. */
  void update(Handle handle, String id, State state) {
    String unended = " WHERE id = ? AND state IN ('Waiting', 'Running')";
    switch (state) {
      case State.Waiting _ ->
          handle.execute("UPDATE operation SET state = 'Waiting'" + unended, id);
      case State.Running _ ->
          handle.execute("UPDATE operation SET state = 'Running'" + unended, id);
      case State.Succeeded done ->
          handle.execute(
              "UPDATE operation SET state = 'Succeeded', ended_at = ?" + unended,
              done.at().toString(),
              id);
      case State.Failed failed ->
          handle.execute(
              "UPDATE operation SET state = 'Failed', ended_at = ?, problem_code = ?, problem_message = ?"
                  + unended,
              failed.at().toString(),
              failed.code(),
              failed.message(),
              id);
    }
  }

  void log(String id, Instant at, String line) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO operation_log (operation_id, line_number, at, line) SELECT ?, n, ?, ? FROM"
                    + " (SELECT count(*) AS n FROM operation_log WHERE operation_id = ?) WHERE n < ?",
                id,
                at.toString(),
                line,
                id,
                MAX_LOG_LINES));
  }

  List<LogLine> log(String id) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT at, line FROM operation_log WHERE operation_id = ? ORDER BY line_number")
                .bind(0, id)
                .map(
                    (rs, _) -> new LogLine(Instant.parse(rs.getString("at")), rs.getString("line")))
                .list());
  }

  void forgetEndedBefore(Instant instant) {
    database
        .jdbi()
        .useHandle(h -> h.execute("DELETE FROM operation WHERE ended_at < ?", instant.toString()));
  }

  private static Operation read(ResultSet row) throws SQLException {
    State state =
        switch (row.getString("state")) {
          case "Waiting" -> new State.Waiting();
          case "Running" -> new State.Running();
          case "Succeeded" -> new State.Succeeded(Instant.parse(row.getString("ended_at")));
          case "Failed" ->
              new State.Failed(
                  row.getString("problem_code"),
                  row.getString("problem_message"),
                  Instant.parse(row.getString("ended_at")));
          default -> throw new SQLException("operation state: " + row.getString("state"));
        };
    return new Operation(
        row.getString("id"),
        row.getString("kind"),
        row.getString("scope"),
        row.getString("subject"),
        Json.parse(row.getString("input")),
        state,
        Instant.parse(row.getString("created_at")));
  }
}
