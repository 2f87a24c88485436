package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.RevocationList.Reason;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The table {@code certificate}: one in service for each owner and for each host, and the past. */
public final class CertificateStore {
  private static final String IN_SERVICE = "SELECT * FROM certificate WHERE replaced_at IS NULL";

  private final Database database;
  private final Sealer sealer;

  public CertificateStore(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
  }

  /** A certificate that an owner had or has; serial in lower-case hex. */
  record Past(
      String serial,
      String issuer,
      String host,
      Instant notAfter,
      Instant created,
      Optional<Instant> replaced) {}

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
                    "SELECT host, brought, not_after, next_attempt, failures FROM certificate"
                        + " WHERE replaced_at IS NULL ORDER BY host")
                .map((rs, _) ->
                    new Outlook(
                        rs.getString("host"),
                        rs.getBoolean("brought"),
                        Instant.parse(rs.getString("not_after")),
                        Optional.ofNullable(instant(rs, "next_attempt")),
                        rs.getInt("failures")))
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
                        rs.getString("host"),
                        Instant.parse(rs.getString("not_after")),
                        Instant.parse(rs.getString("created_at")),
                        Optional.ofNullable(instant(rs, "replaced_at"))))
                .list());
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

  void failed(String id, String error, Instant next) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE certificate SET failures = failures + 1, last_error = ?, next_attempt = ? WHERE id = ?",
                error,
                next.toString(),
                id));
  }

  void postpone(String id, @Nullable Instant next) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE certificate SET next_attempt = ? WHERE id = ?",
                next == null ? null : next.toString(),
                id));
  }

  private void insert(Handle h, Stored next, Instant now) {
    CertificateFacts facts = next.facts();
    h.execute(
        "INSERT INTO certificate (id, owner, host, brought, issuer, serial, not_before, not_after, sealed,"
            + " created_at, next_attempt, issuer_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        issuerKey(next));
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
        row.getBoolean("brought"),
        Pem.pair(sealer.openText(row.getBytes("sealed"), context(owner, id))),
        instant(row, "next_attempt"),
        row.getInt("failures"),
        row.getString("last_error"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? null : Instant.parse(text);
  }

  private static String context(String owner, String id) {
    return "certificate/" + owner + "/" + id;
  }
}
