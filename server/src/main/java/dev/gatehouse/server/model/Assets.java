package dev.gatehouse.server.model;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.Artifacts;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.state.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sets of uploaded files that models refer to. */
final class Assets {
  private static final String SCHEME = "aml://asset/";

  private final Database database;
  private final Artifacts artifacts;
  private final SecureRandom random;
  private final InstantSource clock;

  Assets(Database database, Artifacts artifacts, SecureRandom random, InstantSource clock) {
    this.database = database;
    this.artifacts = artifacts;
    this.random = random;
    this.clock = clock;
  }

  /** Keeps the asset under a new id; every file that it names must be uploaded already. */
  ObjectNode create(String workspaceId, ObjectNode sent) {
    Json.requiredText(sent, "name");
    JsonNode named = sent.path("artifacts");
    if (!named.isArray() || named.isEmpty()) {
      throw ProblemException.invalid(
          "'artifacts' is missing; send a list of {\"prefix\": \"<origin>/<container>/<path>\"}.");
    }
    for (JsonNode artifact : named) {
      if (artifacts.under(workspaceId, reference(artifact)).isEmpty()) {
        throw ProblemException.invalid(
            "There is no uploaded file under '%s'; upload the model's files first."
                .formatted(text(artifact)));
      }
    }
    byte[] id = new byte[16];
    random.nextBytes(id);
    ObjectNode asset = sent.deepCopy();
    asset.put("id", HexFormat.of().formatHex(id));
    asset.put("createdTime", clock.instant().toString());
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT INTO asset (workspace_id, id, document) VALUES (?, ?, ?)",
                workspaceId,
                asset.path("id").stringValue(),
                asset.toString()));
    return asset;
  }

  ObjectNode require(String workspaceId, String id) {
    return find(workspaceId, id)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound("AssetNotFound", "There is no asset '" + id + "'.")));
  }

  /** A 400 unless the URL is that of an asset that exists. */
  void checkUrl(String workspaceId, String url) {
    if (!url.startsWith(SCHEME) || find(workspaceId, url.substring(SCHEME.length())).isEmpty()) {
      throw ProblemException.invalid(
          "'url' is '%s', which is no asset of this workspace (expected: %s<id of an asset>)."
              .formatted(url, SCHEME));
    }
  }

  /** The places of the asset with that URL. */
  List<ArtifactReference> references(String workspaceId, String url) {
    var places = new ArrayList<ArtifactReference>();
    for (JsonNode artifact :
        require(workspaceId, url.substring(SCHEME.length())).path("artifacts")) {
      places.add(reference(artifact));
    }
    return places;
  }

  /**
   * The files of the asset with that URL; their paths begin with the last name of what the asset
   * refers to.
   */
  List<StoredFile> files(String workspaceId, String url) {
    var files = new ArrayList<StoredFile>();
    for (JsonNode artifact :
        require(workspaceId, url.substring(SCHEME.length())).path("artifacts")) {
      ArtifactReference place = reference(artifact);
      String path = place.path().replaceAll("/+$", "");
      int above = path.lastIndexOf('/') + 1;
      for (StoredFile file : artifacts.under(workspaceId, place)) {
        files.add(
            new StoredFile(file.path().substring(above), file.digest(), file.size(), file.file()));
      }
    }
    return List.copyOf(files);
  }

  private Optional<ObjectNode> find(String workspaceId, String id) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery("SELECT document FROM asset WHERE workspace_id = ? AND id = ?")
                .bind(0, workspaceId)
                .bind(1, id)
                .mapTo(String.class)
                .findOne())
        .map(text -> (ObjectNode) Json.parse(text));
  }

  private static ArtifactReference reference(JsonNode artifact) {
    return ArtifactReference.parse(text(artifact));
  }

  private static String text(JsonNode artifact) {
    return Json.text(artifact, "prefix").orElseGet(() -> Json.requiredText(artifact, "id"));
  }
}
