package dev.gatehouse.server.compute;

import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The tables {@code compute} and {@code generated_name}. */
public final class ComputeStore {
  private static final String SELECT =
      "SELECT c.*, k.resource_group AS cluster_group, k.name AS cluster_name FROM compute c"
          + " JOIN cluster k ON k.id = c.cluster_id";

  private final Database database;
  private final Sealer sealer;
  private final InstantSource clock;

  public ComputeStore(Database database, Sealer sealer, InstantSource clock) {
    this.database = database;
    this.sealer = sealer;
    this.clock = clock;
  }

  /** A name that was made for a label, and the target that has it. */
  record Name(String host, String computeId) {}

  Jdbi jdbi() {
    return database.jdbi();
  }

  Instant now() {
    return clock.instant();
  }

  Optional<Compute> find(String workspaceId, String name) {
    return jdbi().withHandle(h -> find(h, workspaceId, name));
  }

  Optional<Compute> find(Handle h, String workspaceId, String name) {
    return h.createQuery(SELECT + " WHERE c.workspace_id = ? AND c.name = ?")
        .bind(0, workspaceId)
        .bind(1, name)
        .map((rs, _) -> read(rs))
        .findOne();
  }

  Optional<Compute> find(String id) {
    return jdbi().withHandle(h -> find(h, id));
  }

  Optional<Compute> find(Handle h, String id) {
    return h.createQuery(SELECT + " WHERE c.id = ?").bind(0, id).map((rs, _) -> read(rs)).findOne();
  }

  List<Compute> list(String workspaceId) {
    return jdbi()
        .withHandle(h ->
            h.createQuery(SELECT + " WHERE c.workspace_id = ? ORDER BY c.created_at, c.name")
                .bind(0, workspaceId)
                .map((rs, _) -> read(rs))
                .list());
  }

  void add(Handle h, Compute compute) {
    h.execute(
        "INSERT INTO compute (id, workspace_id, name, region, cluster_id, attached, provisioning, document,"
            + " created_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        compute.id(),
        compute.workspaceId(),
        compute.name(),
        compute.region(),
        compute.cluster().id(),
        compute.attached(),
        compute.provisioning().word(),
        compute.document().toString(),
        compute.created().toString(),
        compute.modified().toString());
  }

  void begin(Handle h, String id, Change change) {
    h.execute(
        "UPDATE compute SET change = ?, change_pair = ? WHERE id = ?",
        change.toJson().toString(),
        change.secret().isEmpty() ? null : sealer.sealText(change.secret(), context(id)),
        id);
  }

  void provisioning(Handle h, String id, Provisioning state) {
    var failed = state instanceof Provisioning.Failed f ? f : null;
    h.execute(
        "UPDATE compute SET provisioning = ?, problem_code = ?, problem_message = ? WHERE id = ?",
        state.word(),
        failed == null ? null : failed.code(),
        failed == null ? null : failed.message(),
        id);
  }

  /** What the operation under way is to do; empty when it has done it. */
  Optional<Change> change(String id) {
    return jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT change, change_pair FROM compute WHERE id = ? AND change IS NOT NULL")
                .bind(0, id)
                .map((rs, _) -> {
                  byte[] pair = rs.getBytes("change_pair");
                  return Change.of(
                      Json.parse(rs.getString("change")),
                      pair == null ? "" : sealer.openText(pair, context(id)));
                })
                .findOne());
  }

  /**
   * The change is made; whoever had the name before has no TLS any more, and a generated name that
   * another one replaced is given up.
   */
  void finish(String id, Change change, Tls tls) {
    String label = tls instanceof Tls.Generated generated ? generated.label() : null;
    @Nullable String host =
        switch (tls) {
          case Tls.Off _ -> null;
          case Tls.Generated generated -> generated.host();
          case Tls.Custom custom -> custom.cname();
        };
    jdbi()
        .useTransaction(h -> {
          if (host != null) {
            h.execute(
                "UPDATE compute SET tls_label = NULL, tls_host = NULL WHERE tls_host = ?", host);
          }
          if (label != null) {
            h.execute("DELETE FROM generated_name WHERE compute_id = ? AND host <> ?", id, host);
          }
          h.execute(
              "UPDATE compute SET document = ?, tls_label = ?, tls_host = ?, change = NULL, change_pair = NULL,"
                  + " modified_at = ? WHERE id = ?",
              change.document().toString(),
              label,
              host,
              now().toString(),
              id);
          provisioning(h, id, new Provisioning.Succeeded());
        });
  }

  /** The change cannot be made: what was there stays, and a name that was taken goes back. */
  void fail(String id, Optional<Change> change, Provisioning.Failed failed) {
    jdbi()
        .useTransaction(h -> {
          change
              .filter(c -> c.step() instanceof Change.Step.Generate)
              .ifPresent(c -> giveBack(h, id, (Change.Step.Generate) c.step()));
          h.execute("UPDATE compute SET change = NULL, change_pair = NULL WHERE id = ?", id);
          provisioning(h, id, failed);
        });
  }

  void delete(Compute compute, boolean withCluster) {
    jdbi()
        .useTransaction(h -> {
          h.execute("DELETE FROM compute WHERE id = ?", compute.id());
          if (withCluster) {
            h.execute("DELETE FROM cluster WHERE id = ?", compute.cluster().id());
          }
        });
  }

  Optional<Name> name(Handle h, String workspaceId, String label) {
    return h.createQuery(
            "SELECT host, compute_id FROM generated_name WHERE workspace_id = ? AND label = ?")
        .bind(0, workspaceId)
        .bind(1, label)
        .map((rs, _) -> new Name(rs.getString("host"), rs.getString("compute_id")))
        .findOne();
  }

  /** The labels of the names that the target holds, the latest last. */
  List<String> labels(Handle h, String computeId) {
    return h.createQuery("SELECT label FROM generated_name WHERE compute_id = ? ORDER BY rowid")
        .bind(0, computeId)
        .mapTo(String.class)
        .list();
  }

  boolean hostFree(Handle h, String host) {
    return h.createQuery("SELECT count(*) FROM generated_name WHERE host = ?")
            .bind(0, host)
            .mapTo(int.class)
            .one()
        == 0;
  }

  void addName(Handle h, Compute holder, String label, String host) {
    h.execute(
        "INSERT INTO generated_name (host, workspace_id, label, compute_id) VALUES (?, ?, ?, ?)",
        host,
        holder.workspaceId(),
        label,
        holder.id());
  }

  void moveName(Handle h, String host, String computeId) {
    h.execute("UPDATE generated_name SET compute_id = ? WHERE host = ?", computeId, host);
  }

  private void giveBack(Handle h, String id, Change.Step.Generate step) {
    if (step.from().equals(id)) {
      return;
    }
    if (find(h, step.from()).isPresent()) {
      moveName(h, step.host(), step.from());
    } else {
      h.execute("DELETE FROM generated_name WHERE host = ?", step.host());
    }
  }

  private static Compute read(ResultSet row) throws SQLException {
    var cluster =
        new Cluster(
            row.getString("cluster_id"),
            row.getString("cluster_group"),
            row.getString("cluster_name"));
    return new Compute(
        row.getString("id"),
        row.getString("workspace_id"),
        row.getString("name"),
        row.getString("region"),
        cluster,
        row.getBoolean("attached"),
        provisioning(row),
        tls(row),
        (ObjectNode) Json.parse(row.getString("document")),
        Instant.parse(row.getString("created_at")),
        Instant.parse(row.getString("modified_at")));
  }

  private static Provisioning provisioning(ResultSet row) throws SQLException {
    String word = row.getString("provisioning");
    return switch (word) {
      case "Creating" -> new Provisioning.Creating();
      case "Updating" -> new Provisioning.Updating();
      case "Deleting" -> new Provisioning.Deleting();
      case "Succeeded" -> new Provisioning.Succeeded();
      case "Failed" ->
          new Provisioning.Failed(row.getString("problem_code"), row.getString("problem_message"));
      default -> throw new SQLException("compute provisioning: " + word);
    };
  }

  private static Tls tls(ResultSet row) throws SQLException {
    String label = row.getString("tls_label");
    String host = row.getString("tls_host");
    if (host == null) {
      return new Tls.Off();
    }
    return label == null ? new Tls.Custom(host) : new Tls.Generated(label, host);
  }

  private static String context(String id) {
    return "compute/" + id + "/change";
  }
}
