package dev.gatehouse.server.model;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.Artifacts;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.rest.Caller;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.state.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Registered models. */
public final class Models {
  /** All members that a service's client reads without asking whether they are there. */
  private static final List<String> NEEDED =
      List.of(
          "framework",
          "frameworkVersion",
          "url",
          "mimeType",
          "description",
          "runId",
          "experimentName",
          "properties",
          "createdBy",
          "kvTags",
          "sampleInputData",
          "sampleOutputData");

  private final ModelTable table;
  private final Assets assets;
  private final InstantSource clock;

  public Models(Database database, Artifacts artifacts, SecureRandom random, InstantSource clock) {
    this.table = new ModelTable(database);
    this.assets = new Assets(database, artifacts, random, clock);
    this.clock = clock;
  }

  /**
   * The model with the id {@code name:version}; a problem of 404 (ModelNotFound) when there is
   * none.
   */
  public RegisteredModel require(String workspaceId, String id) {
    return table.find(workspaceId, ModelId.parse(id)).orElseThrow(() -> ModelId.notFound(id));
  }

  /**
   * The model's files, each with its path below the model: {@code ridge.pkl}, {@code
   * modeldir/deep/b c.txt}.
   */
  public List<StoredFile> files(RegisteredModel model) {
    return assets.files(model.workspaceId(), Json.requiredText(model.document(), "url"));
  }

  /** Where the model's uploads are, for clients that fetch them themselves. */
  public List<ArtifactReference> references(RegisteredModel model) {
    return assets.references(model.workspaceId(), Json.requiredText(model.document(), "url"));
  }

  /**
   * The model as an item of a service's {@code models}, with all keys that need to be there
   * (PROTOCOL.md 9.4).
   */
  public ObjectNode forService(RegisteredModel model) {
    ObjectNode item = model.document().deepCopy();
    for (String member : NEEDED) {
      if (!item.has(member)) {
        item.putNull(member);
      }
    }
    item.set("tags", item.path("kvTags"));
    if (item.path("resourceRequirements") instanceof ObjectNode requirements) {
      for (String member : List.of("cpu", "memoryInGB", "gpu")) {
        if (!requirements.has(member)) {
          requirements.putNull(member);
        }
      }
    } else {
      item.putNull("resourceRequirements");
    }
    return item;
  }

  Assets assets() {
    return assets;
  }

  /** Registers the next version of the name that the body gives. */
  RegisteredModel register(String workspaceId, ObjectNode sent, Caller caller) {
    String name = ModelForm.name(sent);
    String framework = ModelForm.framework(sent);
    ObjectNode kept = ModelForm.document(sent);
    assets.checkUrl(workspaceId, Json.requiredText(kept, "url"));
    return table.add(
        workspaceId,
        name,
        sent.toString(),
        version -> {
          String now = clock.instant().toString();
          ObjectNode document =
              Json.object()
                  .put("id", name + ":" + version)
                  .put("name", name)
                  .put("version", version)
                  .put("createdTime", now)
                  .put("modifiedTime", now);
          document
              .putObject("createdBy")
              .put("userObjectId", caller.subject())
              .put("userName", caller.subject());
          document.setAll(kept);
          return new RegisteredModel(workspaceId, name, version, framework, document);
        });
  }

  List<ModelTable.Row> list(String workspaceId, ModelQuery query, int limit) {
    return table.list(workspaceId, query, limit);
  }

  RegisteredModel patch(String workspaceId, String id, JsonNode patch) {
    return table
        .change(
            workspaceId,
            ModelId.parse(id),
            document -> {
              ObjectNode changed = document.deepCopy();
              ModelForm.patch(changed, patch);
              return changed.put("modifiedTime", clock.instant().toString());
            })
        .orElseThrow(() -> ModelId.notFound(id));
  }

  /** Removes the model, not its files; a 412 while services use it. */
  void delete(String workspaceId, String id, ModelUse use) {
    RegisteredModel model = require(workspaceId, id);
    List<String> users = use.users(workspaceId, model.id());
    if (!users.isEmpty()) {
      throw new ProblemException(
          new Problem.InUse(
              "ModelInUse",
              "The model '%s' is in use by the services %s; delete or update them first."
                  .formatted(model.id(), String.join(", ", users))));
    }
    table.delete(workspaceId, ModelId.parse(model.id()));
  }
}
