package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The table {@code certificate}: one in service for each owner and for each host, and the past. */
public final class CertificateStore {
  private static final String IN_SERVICE = "SELECT * FROM certificate WHERE replaced_at IS NULL";

  private final Database database;
  private final Sealer sealer;
  private final RequestTable requests;

  public CertificateStore(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
    this.requests = new RequestTable(database, sealer);
  }

  /** The table beside it. */
  RequestTable requests() {
    return requests;
  }

  Optional<Stored> find(String id) {
    return one(IN_SERVICE + " AND id = ?", id);
  }

  Optional<Stored> inService(String owner) {
    return one(IN_SERVICE + " AND owner = ?", owner);
  }

  Optional<Stored> atHost(String host) {
    return one(IN_SERVICE + " AND host = ?", host);
  }

  List<Stored> all() {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(IN_SERVICE + " ORDER BY created_at").map((rs, _) -> read(rs)).list());
  }

  List<Outlook> outlook() {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT c.*, (SELECT count(*) FROM certificate p WHERE p.owner = c.owner"
                        + " AND p.replaced_at IS NOT NULL) AS past"
                        + " FROM certificate c WHERE replaced_at IS NULL ORDER BY host")
                .map((rs, _) ->
                    new Outlook(
                        rs.getString("host"),
                        origin(rs),
                        rs.getString("issuer"),
                        rs.getString("serial"),
                        text(rs, "key_type"),
                        List.of(text(rs, "names").split(" ")),
                        Instant.parse(rs.getString("not_after")),
                        Optional.ofNullable(instant(rs, "next_attempt")),
                        rs.getInt("failures"),
                        rs.getInt("past")))
                .list());
  }

  List<Past> history(String owner) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT * FROM certificate WHERE owner = ? ORDER BY created_at, rowid")
                .bind(0, owner)
                .map((rs, _) ->
                    new Past(
                        rs.getString("serial"),
                        rs.getString("issuer"),
                        origin(rs),
                        rs.getString("host"),
                        Instant.parse(rs.getString("not_after")),
                        Instant.parse(rs.getString("created_at")),
                        Optional.ofNullable(instant(rs, "replaced_at"))))
                .list());
  }

  /** The window that its issuer told last. */
  Optional<Window> window(String id) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT window_start, window_end FROM certificate"
                        + " WHERE id = ? AND window_start IS NOT NULL")
                .bind(0, id)
                .map((rs, _) ->
                    new Window(
                        Instant.parse(rs.getString("window_start")),
                        Instant.parse(rs.getString("window_end"))))
                .findOne());
  }

  /** When the one began that the owner had before it. */
  Optional<Instant> begunBefore(Stored stored) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT created_at FROM certificate WHERE owner = ? AND replaced_at IS NOT NULL"
                        + " ORDER BY created_at DESC LIMIT 1")
                .bind(0, stored.owner())
                .mapTo(String.class)
                .findOne())
        .map(Instant::parse);
  }

  /** Puts it in service in the place of whatever its owner or its host had. */
  void replace(Stored next, Instant now) {
    replace(next, now, Optional.empty());
  }

  /** The same, and revokes what was there, if there is a reason and we issued it. */
  void replace(Stored next, Instant now, Optional<Reason> reason) {
    database
        .jdbi()
        .useTransaction(h -> {
          reason.ifPresent(
              why -> revoke(h, "(owner = ? OR host = ?)", now, why, next.owner(), next.host()));
          h.execute(
              "UPDATE certificate SET replaced_at = ?, sealed = NULL, next_attempt = NULL"
                  + " WHERE replaced_at IS NULL AND (owner = ? OR host = ?)",
              now.toString(),
              next.owner(),
              next.host());
          insert(h, next, now);
          RequestTable.answered(h, next.pair().leaf().getPublicKey());
        });
  }

  /** Forgets the keys of what replaced certificates had; the facts stay. */
  void retire(String owner, Instant now, Reason reason) {
    database
        .jdbi()
        .useTransaction(h -> {
          revoke(h, "owner = ?", now, reason, owner);
          h.execute(
              "UPDATE certificate SET replaced_at = ?, sealed = NULL, next_attempt = NULL"
                  + " WHERE replaced_at IS NULL AND owner = ?",
              now.toString(),
              owner);
        });
  }

  private static void revoke(Handle h, String which, Instant now, Reason reason, String... values) {
    var arguments = new ArrayList<Object>(List.of(now.toString(), reason.name()));
    arguments.addAll(List.of(values));
    h.execute(
        "UPDATE certificate SET revoked_at = ?, revocation_reason = ?"
            + " WHERE replaced_at IS NULL AND NOT brought AND "
            + which,
        arguments.toArray());
  }

  /** A renewal failed. */
  void failed(String id, String error, Instant next) {
    update(
        "failures = failures + 1, last_error = ?, next_attempt = ? WHERE id = ?",
        error,
        next.toString(),
        id);
  }

  /** A renewal that somebody asked for failed: what is planned stays. */
  void noted(String id, String error) {
    update("last_error = ? WHERE id = ?", error, id);
  }

  /** No better issuer gave one: the next attempt is moved. */
  void noted(String id, String error, Instant next) {
    update("last_error = ?, next_attempt = ? WHERE id = ?", error, next.toString(), id);
  }

  /** Its owner was warned; without another time, there is no more warning. */
  void warned(String id, Optional<Instant> next) {
    update("next_attempt = ? WHERE id = ?", next.map(Instant::toString).orElse(null), id);
  }

  /** It is to be renewed now. */
  void hasten(String id, Instant now) {
    update("renewal = ?, next_attempt = ? WHERE id = ?", now.toString(), now.toString(), id);
  }

  /** Its issuer has told another window. */
  void plan(String id, Window window, Instant renewal, Instant attempt) {
    update(
        "window_start = ?, window_end = ?, renewal = ?, next_attempt = ? WHERE id = ?",
        window.start().toString(),
        window.end().toString(),
        renewal.toString(),
        attempt.toString(),
        id);
  }

  private void update(String rest, @Nullable Object... values) {
    database.jdbi().useHandle(h -> h.execute("UPDATE certificate SET " + rest, values));
  }

  private void insert(Handle h, Stored next, Instant now) {
    CertificateFacts facts = next.facts();
    h.execute(
        "INSERT INTO certificate (id, owner, host, brought, issuer, serial, not_before, not_after, sealed,"
            + " created_at, next_attempt, issuer_key, issued_by, profile, key_type, names, renewal, last_error,"
            + " remarks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        next.id(),
        next.owner(),
        next.host(),
        next.brought(),
        facts.issuer(),
        facts.serial(),
        facts.notBefore().toString(),
        facts.notAfter().toString(),
        sealer.sealText(Pem.of(next.pair()), context(next.owner(), next.id())),
        now.toString(),
        next.nextAttempt().map(Instant::toString).orElse(null),
        issuerKey(next),
        next.origin().issued().map(Origin.Issued::issuer).orElse(null),
        next.origin().issued().map(Origin.Issued::profile).orElse(null),
        facts.keyType(),
        String.join(" ", facts.names()),
        next.plannedRenewal().map(Instant::toString).orElse(null),
        next.lastError().orElse(null),
        next.origin() instanceof Origin.Brought(var remarks) ? remarks.text() : null);
  }

  private static @Nullable String issuerKey(Stored next) {
    var chain = next.pair().chain();
    return chain.size() < 2 ? null : Signing.id(chain.get(1).getPublicKey());
  }

  private Optional<Stored> one(String query, String value) {
    return database
        .jdbi()
        .withHandle(h -> h.createQuery(query).bind(0, value).map((rs, _) -> read(rs)).findOne());
  }

  private Stored read(ResultSet row) throws SQLException {
    String id = row.getString("id");
    String owner = row.getString("owner");
    return new Stored(
        id,
        owner,
        row.getString("host"),
        origin(row),
        Pem.pair(sealer.openText(row.getBytes("sealed"), context(owner, id))),
        instant(row, "next_attempt"),
        instant(row, "renewal"),
        row.getInt("failures"),
        row.getString("last_error"));
  }

  private static Remarks remarks(@Nullable String text) {
    return text == null ? Remarks.NONE : Remarks.read(Json.parse(text));
  }

  private static Origin origin(ResultSet row) throws SQLException {
    return row.getBoolean("brought")
        ? new Origin.Brought(remarks(row.getString("remarks")))
        : new Origin.Issued(text(row, "issued_by"), text(row, "profile"));
  }

  private static String text(ResultSet row, String column) throws SQLException {
    return Objects.requireNonNullElse(row.getString(column), "");
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? null : Instant.parse(text);
  }

  private static String context(String owner, String id) {
    return "certificate/" + owner + "/" + id;
  }
}
