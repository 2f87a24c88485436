package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.SigningRequest;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The table {@code certificate_request}: keys that wait, sealed, for their certificates. */
final class RequestTable {
  private final Database database;
  private final Sealer sealer;

  RequestTable(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
  }

  /** A request that is open. */
  record Open(
      String id,
      String workspaceId,
      List<String> names,
      String keyType,
      String csr,
      Instant created) {}

  /** Adds it unless the workspace has so many already. */
  boolean add(Open request, SigningRequest made, int most) {
    return database
            .jdbi()
            .withHandle(h ->
                h.execute(
                    "INSERT INTO certificate_request (id, workspace_id, public_key, names, key_type, csr, sealed, created_at)"
                        + " SELECT ?, ?, ?, ?, ?, ?, ?, ?"
                        + " WHERE (SELECT count(*) FROM certificate_request WHERE workspace_id = ?) < ?",
                    request.id(),
                    request.workspaceId(),
                    SigningRequest.digest(made.publicKey()),
                    String.join(" ", request.names()),
                    request.keyType(),
                    request.csr(),
                    sealer.sealText(Pem.of(made.key()), context(request.id())),
                    request.created().toString(),
                    request.workspaceId(),
                    most))
        == 1;
  }

  /** The oldest first. */
  List<Open> all(String workspaceId) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT * FROM certificate_request WHERE workspace_id = ? ORDER BY rowid")
                .bind(0, workspaceId)
                .map((rs, _) -> read(rs))
                .list());
  }

  /** Whether there was one. */
  boolean remove(String workspaceId, String id) {
    return database
            .jdbi()
            .withHandle(h ->
                h.execute(
                    "DELETE FROM certificate_request WHERE workspace_id = ? AND id = ?",
                    workspaceId,
                    id))
        == 1;
  }

  /** The private key that was made for the public one. */
  Optional<PrivateKey> key(String workspaceId, PublicKey publicKey) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT id, sealed FROM certificate_request WHERE workspace_id = ? AND public_key = ?")
                .bind(0, workspaceId)
                .bind(1, SigningRequest.digest(publicKey))
                .map((rs, _) ->
                    Pem.key(sealer.openText(rs.getBytes("sealed"), context(rs.getString("id")))))
                .findFirst());
  }

  /** Its certificate is in service: nothing waits any more. */
  static void answered(Handle handle, PublicKey publicKey) {
    handle.execute(
        "DELETE FROM certificate_request WHERE public_key = ?", SigningRequest.digest(publicKey));
  }

  private static Open read(ResultSet row) throws SQLException {
    return new Open(
        row.getString("id"),
        row.getString("workspace_id"),
        List.of(row.getString("names").split(" ")),
        row.getString("key_type"),
        row.getString("csr"),
        Instant.parse(row.getString("created_at")));
  }

  private static String context(String id) {
    return "certificate-request/" + id;
  }
}
