package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.state.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Which content each blob of each container has. */
final class BlobTable {
  private final Database database;

  BlobTable(Database database) {
    this.database = database;
  }

  Optional<Blob> find(String container, String name) {
    return database.jdbi().withHandle(h -> find(h, container, name));
  }

  /**
   * Makes or replaces the blob; with {@code onlyNew}, another content under the name is a 409, and
   * the same content is a repetition that changes nothing.
   */
  Blob put(String container, Blob blob, boolean onlyNew) {
    return database
        .jdbi()
        .inTransaction(h -> {
          Optional<Blob> stored = find(h, container, blob.name());
          boolean same = stored.filter(s -> s.content().equals(blob.content())).isPresent();
          if (onlyNew && stored.isPresent()) {
            if (!same) {
              throw new ProblemException(
                  new Problem.Conflict(
                      "BlobAlreadyExists", "There is a blob with this name and another content."));
            }
            return stored.get();
          }
          h.execute(
              "INSERT OR REPLACE INTO blob (container, name, digest, size, media_type, modified_at, block_list)"
                  + " VALUES (?, ?, ?, ?, ?, ?, ?)",
              container,
              blob.name(),
              blob.content().digest(),
              blob.content().size(),
              blob.mediaType(),
              blob.modified().toString(),
              blob.blockList());
          return blob;
        });
  }

  /** At most {@code count} blobs whose name begins so and sorts after {@code after}. */
  List<Blob> list(String container, String prefix, String after, int count) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT * FROM blob WHERE container = :container AND name > :after"
                        + " AND substr(name, 1, length(:prefix)) = :prefix ORDER BY name LIMIT :count")
                .bind("container", container)
                .bind("after", after)
                .bind("prefix", prefix)
                .bind("count", count)
                .map((rs, _) -> read(rs))
                .list());
  }

  boolean delete(String container, String name) {
    return database
            .jdbi()
            .withHandle(h ->
                h.execute("DELETE FROM blob WHERE container = ? AND name = ?", container, name))
        > 0;
  }

  private static Optional<Blob> find(Handle handle, String container, String name) {
    return handle
        .createQuery("SELECT * FROM blob WHERE container = ? AND name = ?")
        .bind(0, container)
        .bind(1, name)
        .map((rs, _) -> read(rs))
        .findOne();
  }

  private static Blob read(ResultSet row) throws SQLException {
    return new Blob(
        row.getString("name"),
        new Content(row.getString("digest"), row.getLong("size")),
        row.getString("media_type"),
        Instant.parse(row.getString("modified_at")),
        row.getString("block_list"));
  }
}
