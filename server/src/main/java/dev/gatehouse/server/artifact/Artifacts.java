package dev.gatehouse.server.artifact;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.state.Database;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Uploaded files by workspace, origin, container and path. */
public final class Artifacts {
  private static final int KEY_BITS = 160;
  private static final int KEY_RADIX = 36;

  private final Database database;
  private final ContentStore contents;
  private final SecureRandom random;
  private final InstantSource clock;

  public Artifacts(
      Database database, ContentStore contents, SecureRandom random, InstantSource clock) {
    this.database = database;
    this.contents = contents;
    this.random = random;
    this.clock = clock;
  }

  /**
   * The file at the path, or those under it, in the order of their paths; empty when there is none.
   * An empty path means the whole container.
   */
  public List<StoredFile> under(String workspaceId, ArtifactReference prefix) {
    return uploaded(workspaceId, prefix).stream()
        .map(artifact ->
            new StoredFile(
                artifact.path(),
                artifact.content().digest(),
                artifact.content().size(),
                contents.file(artifact.content().digest())))
        .toList();
  }

  /** Names where the file will be uploaded; a second call for the same path names the same. */
  Registered register(String workspaceId, ArtifactReference place) {
    check("origin", place.origin(), 1);
    check("container", place.container(), 1);
    check("path", place.path(), Integer.MAX_VALUE);
    return database
        .jdbi()
        .inTransaction(h -> {
          h.execute(
              "INSERT OR IGNORE INTO artifact (workspace_id, origin, container, path, blob, created_at)"
                  + " VALUES (?, ?, ?, ?, ?, ?)",
              workspaceId,
              place.origin(),
              place.container(),
              place.path(),
              new BigInteger(KEY_BITS, random).toString(KEY_RADIX),
              clock.instant().toString());
          return h.createQuery(
                  "SELECT blob, created_at FROM artifact"
                      + " WHERE workspace_id = ? AND origin = ? AND container = ? AND path = ?")
              .bind(0, workspaceId)
              .bind(1, place.origin())
              .bind(2, place.container())
              .bind(3, place.path())
              .map((rs, _) -> new Registered(rs.getString("blob"), rs.getString("created_at")))
              .one();
        });
  }

  /** Where a file is uploaded to. */
  record Registered(String blob, String created) {}

  /** An uploaded file and its blob. */
  record Uploaded(String path, String blob, String created, Content content) {}

  Optional<Uploaded> find(String workspaceId, ArtifactReference place) {
    return uploaded(workspaceId, place).stream()
        .filter(artifact -> artifact.path().equals(place.path()))
        .findFirst();
  }

  /** What is uploaded at the path and under it; slashes at its end count for nothing. */
  List<Uploaded> uploaded(String workspaceId, ArtifactReference prefix) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT a.path, a.blob, a.created_at, b.digest, b.size FROM artifact a"
                        + " JOIN blob b ON b.container = :artifacts AND b.name = a.blob"
                        + " WHERE a.workspace_id = :workspace AND a.origin = :origin"
                        + " AND a.container = :container AND (:path = '' OR a.path = :path"
                        + " OR substr(a.path, 1, length(:path) + 1) = :path || '/') ORDER BY a.path")
                .bind("artifacts", BlobLinks.ARTIFACTS)
                .bind("workspace", workspaceId)
                .bind("origin", prefix.origin())
                .bind("container", prefix.container())
                .bind("path", prefix.path().replaceAll("/+$", ""))
                .map((rs, _) ->
                    new Uploaded(
                        rs.getString("path"),
                        rs.getString("blob"),
                        rs.getString("created_at"),
                        new Content(rs.getString("digest"), rs.getLong("size"))))
                .list());
  }

  /** Paths become files below a folder later on: none may lead out of it. */
  private static void check(String what, String value, int segments) {
    String[] parts = value.split("/", -1);
    boolean plain =
        List.of(parts).stream()
            .noneMatch(part ->
                part.isEmpty() || part.equals(".") || part.equals("..") || part.length() > 255);
    if (!plain
        || parts.length > segments
        || value.length() > 1024
        || value.chars().anyMatch(Character::isISOControl)) {
      throw ProblemException.invalid(
          "The artifact's "
              + what
              + " '"
              + value
              + "' is refused (expected: names joined by '/', none of them empty, '.' or '..', no control"
              + " characters, at most 1024 characters).");
    }
  }
}
