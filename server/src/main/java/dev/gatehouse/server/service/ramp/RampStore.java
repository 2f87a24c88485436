package dev.gatehouse.server.service.ramp;

import dev.gatehouse.server.state.Database;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The table {@code service_rollout}: at most one roll-out of each version, the last one. */
public final class RampStore {
  private final Database database;

  public RampStore(Database database) {
    this.database = database;
  }

  void put(String serviceId, Ramp ramp) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO service_rollout (service_id, version, fingerprint, state, step, since, why)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (service_id, version) DO UPDATE SET"
                    + " fingerprint = excluded.fingerprint, state = excluded.state, step = excluded.step,"
                    + " since = excluded.since, why = excluded.why",
                serviceId,
                ramp.version(),
                ramp.fingerprint(),
                ramp.state().word(),
                ramp.step(),
                ramp.since().toString(),
                ramp.why()));
  }

  void remove(String serviceId, String version) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "DELETE FROM service_rollout WHERE service_id = ? AND version = ?",
                serviceId,
                version));
  }

  /** By version. */
  Map<String, Ramp> of(String serviceId) {
    return database
        .jdbi()
        .withHandle(h -> {
          var found = new LinkedHashMap<String, Ramp>();
          h.createQuery("SELECT * FROM service_rollout WHERE service_id = ?")
              .bind(0, serviceId)
              .map((row, _) ->
                  new Ramp(
                      row.getString("version"),
                      row.getString("fingerprint"),
                      Ramp.State.of(row.getString("state")),
                      row.getInt("step"),
                      Instant.parse(row.getString("since")),
                      row.getString("why")))
              .forEach(ramp -> found.put(ramp.version(), ramp));
          return found;
        });
  }
}
