package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.Remarks;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The table {@code service}; keys and a brought private key are sealed in it. */
final class ServiceStore {
  private final Database database;
  private final Sealer sealer;
  private final InstantSource clock;

  ServiceStore(Database database, Sealer sealer, InstantSource clock) {
    this.database = database;
    this.sealer = sealer;
    this.clock = clock;
  }

  void add(Handle handle, WebService service, ServiceKeys keys) {
    handle.execute(
        "INSERT INTO service (id, workspace_id, name, wanted, instances, state, keys_sealed, created_at, updated_at)"
            + " VALUES (?, ?, ?, ?, '{}', 'Transitioning', ?, ?, ?)",
        service.id(),
        service.workspaceId(),
        service.name(),
        service.wanted().document().toString(),
        keys.seal(sealer, service.id()),
        service.created().toString(),
        service.updated().toString());
  }

  /** Stores what the service shall be from now on; it is not that yet. */
  void want(Handle handle, String id, Definition wanted) {
    handle.execute(
        "UPDATE service SET wanted = ?, state = 'Transitioning', problem_code = NULL, problem_message = NULL,"
            + " updated_at = ? WHERE id = ?",
        wanted.document().toString(),
        clock.instant().toString(),
        id);
  }

  /** Keeps a certificate until the operation that was begun with it installs it. */
  void bring(Handle handle, String id, Optional<BroughtPair> pair) {
    byte @Nullable [] sealed = pair.map(p -> seal(p, id)).orElse(null);
    handle.execute("UPDATE service SET brought_sealed = ? WHERE id = ?", sealed, id);
  }

  Optional<BroughtPair> brought(String id) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT brought_sealed FROM service WHERE id = ? AND brought_sealed IS NOT NULL")
                .bind(0, id)
                .mapTo(byte[].class)
                .findOne())
        .map(sealed -> open(sealed, id));
  }

  /** The wanted is what runs now. */
  void deployed(String id, Definition deployed, Map<String, String> instances) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE service SET wanted = ?, deployed = ?, instances = ?, state = 'Healthy', problem_code = NULL,"
                    + " problem_message = NULL, brought_sealed = NULL, updated_at = ? WHERE id = ?",
                deployed.document().toString(),
                deployed.document().toString(),
                instances(instances),
                clock.instant().toString(),
                id));
  }

  /** Replaces what runs by what it has become; false while something else is wanted of it. */
  boolean settle(String id, Definition before, Definition now) {
    return database
        .jdbi()
        .inTransaction(h -> {
          boolean same =
              h.createQuery("SELECT deployed FROM service WHERE id = ? AND deployed = wanted")
                  .bind(0, id)
                  .mapTo(String.class)
                  .findOne()
                  .filter(stored -> definition(stored).document().equals(before.document()))
                  .isPresent();
          String document = now.document().toString();
          return same
              && h.execute(
                      "UPDATE service SET wanted = ?, deployed = ? WHERE id = ?",
                      document,
                      document,
                      id)
                  == 1;
        });
  }

  /** The service shall be again what it was. */
  void revert(String id, Definition before, ServiceState state) {
    database
        .jdbi()
        .useTransaction(h -> {
          h.execute(
              "UPDATE service SET wanted = ?, brought_sealed = NULL WHERE id = ?",
              before.document().toString(),
              id);
          state(h, id, state);
        });
  }

  void state(String id, ServiceState state) {
    database.jdbi().useTransaction(h -> state(h, id, state));
  }

  void state(Handle handle, String id, ServiceState state) {
    Problem.@Nullable Invalid why =
        switch (state) {
          case ServiceState.Transitioning _, ServiceState.Healthy _, ServiceState.Deleting _ ->
              null;
          case ServiceState.Kept kept -> kept.why();
          case ServiceState.Unhealthy unhealthy -> unhealthy.why();
          case ServiceState.Failed failed -> failed.why();
        };
    handle.execute(
        "UPDATE service SET state = ?, problem_code = ?, problem_message = ? WHERE id = ?",
        state instanceof ServiceState.Kept ? "Kept" : state.word(),
        why == null ? null : why.code(),
        why == null ? null : why.message(),
        id);
  }

  /** What serves has begun to fail; a service that an operation changes is left to it. */
  void ails(String id, Problem.Invalid why) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE service SET state = 'Unhealthy', problem_code = ?, problem_message = ?"
                    + " WHERE id = ? AND state IN ('Healthy', 'Kept')",
                why.code(),
                why.message(),
                id));
  }

  /** What {@link #ails} said with this code holds no longer. */
  void recovered(String id, String code) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE service SET state = 'Healthy', problem_code = NULL, problem_message = NULL"
                    + " WHERE id = ? AND state = 'Unhealthy' AND problem_code = ?",
                id,
                code));
  }

  void instances(String id, Map<String, String> instances) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute("UPDATE service SET instances = ? WHERE id = ?", instances(instances), id));
  }

  ServiceKeys keys(String id) {
    byte[] sealed =
        database
            .jdbi()
            .withHandle(h ->
                h.createQuery("SELECT keys_sealed FROM service WHERE id = ?")
                    .bind(0, id)
                    .mapTo(byte[].class)
                    .one());
    return ServiceKeys.open(sealed, sealer, id);
  }

  void keys(Handle handle, String id, ServiceKeys keys) {
    handle.execute("UPDATE service SET keys_sealed = ? WHERE id = ?", keys.seal(sealer, id), id);
  }

  void remove(String id) {
    database.jdbi().useHandle(h -> h.execute("DELETE FROM service WHERE id = ?", id));
  }

  Optional<WebService> find(String workspaceId, String name) {
    return select("WHERE workspace_id = ? AND name = ?", workspaceId, name).stream().findFirst();
  }

  Optional<WebService> byId(String id) {
    return select("WHERE id = ?", id).stream().findFirst();
  }

  /** The newest first. */
  List<WebService> all(String workspaceId) {
    return select("WHERE workspace_id = ? ORDER BY created_at DESC, name", workspaceId);
  }

  List<WebService> all() {
    return select("ORDER BY created_at");
  }

  private List<WebService> select(String where, Object... values) {
    return database
        .jdbi()
        .withHandle(h -> {
          var query = h.createQuery("SELECT * FROM service " + where);
          for (int i = 0; i < values.length; i++) {
            query.bind(i, values[i]);
          }
          return query.map((row, _) -> read(row)).list();
        });
  }

  private static WebService read(ResultSet row) throws SQLException {
    var instances = new HashMap<String, String>();
    Json.parse(row.getString("instances"))
        .forEachEntry((version, instance) -> instances.put(version, instance.stringValue()));
    return new WebService(
        row.getString("id"),
        row.getString("workspace_id"),
        definition(row.getString("wanted")),
        Optional.ofNullable(row.getString("deployed")).map(ServiceStore::definition),
        instances,
        state(row),
        Instant.parse(row.getString("created_at")),
        Instant.parse(row.getString("updated_at")));
  }

  private static ServiceState state(ResultSet row) throws SQLException {
    String code = row.getString("problem_code");
    var why = new Problem.Invalid(code == null ? "" : code, nonNull(row, "problem_message"));
    return switch (row.getString("state")) {
      case "Transitioning" -> new ServiceState.Transitioning();
      case "Healthy" -> new ServiceState.Healthy();
      case "Kept" -> new ServiceState.Kept(why);
      case "Unhealthy" -> new ServiceState.Unhealthy(why);
      case "Failed" -> new ServiceState.Failed(why);
      case "Deleting" -> new ServiceState.Deleting();
      default -> throw new SQLException("service state: " + row.getString("state"));
    };
  }

  private static String nonNull(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  private static Definition definition(String json) {
    return Definition.check((ObjectNode) Json.parse(json));
  }

  private static String instances(Map<String, String> instances) {
    ObjectNode json = Json.object();
    instances.forEach(json::put);
    return json.toString();
  }

  private byte[] seal(BroughtPair brought, String id) {
    var json =
        Json.object()
            .put("cname", brought.cname())
            .put("certificate", Pem.of(brought.pair().chain()))
            .put("key", Pem.of(brought.pair().key()));
    return sealer.sealText(brought.remarks().addTo(json).toString(), "service-pem:" + id);
  }

  private BroughtPair open(byte[] sealed, String id) {
    JsonNode json = Json.parse(sealer.openText(sealed, "service-pem:" + id));
    return new BroughtPair(
        json.path("cname").stringValue(),
        new CertifiedKey(
            Pem.certificates(json.path("certificate").stringValue()),
            Pem.key(json.path("key").stringValue())),
        Remarks.read(json));
  }
}
