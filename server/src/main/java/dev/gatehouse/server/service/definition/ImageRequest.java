package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.environment.RegistryPassword;
import dev.gatehouse.server.rest.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Models, code and environment of a version, as sent in {@code environmentImageRequest}.
 *
 * @param driver the asset that loads the entry script
 */
public record ImageRequest(
    ObjectNode document, List<String> modelIds, Optional<String> driver, List<CodeAsset> assets) {
  /** The most models that one service may have. */
  private static final int MAX_MODELS = 1000;

  /** An uploaded file of code. */
  public record CodeAsset(String id, String url, boolean unpack) {}

  /** Checks what was sent; a fault is a 400. */
  public static ImageRequest check(JsonNode sent) {
    if (!(sent instanceof ObjectNode document)) {
      throw ProblemException.invalid(
          "'environmentImageRequest' is missing; deploy with models and an inference config (images are not"
              + " supported).");
    }
    var ids = new ArrayList<String>();
    for (JsonNode id : list(document, "modelIds")) {
      if (!id.isString()) {
        throw ProblemException.invalid(
            "'environmentImageRequest/modelIds' must be a list of strings.");
      }
      ids.add(id.stringValue());
    }
    if (ids.size() > MAX_MODELS) {
      throw ProblemException.invalid(
          "The service has " + ids.size() + " models; at most " + MAX_MODELS + " are possible.");
    }
    var assets = new ArrayList<CodeAsset>();
    for (JsonNode asset : list(document, "assets")) {
      assets.add(
          new CodeAsset(
              Json.requiredText(asset, "id"),
              Json.requiredText(asset, "url"),
              asset.path("unpack").asBoolean(false)));
    }
    ObjectNode kept = document.deepCopy();
    RegistryPassword.forget(kept.path("environment"));
    var request = new ImageRequest(kept, ids, Json.text(document, "driverProgram"), assets);
    request.checkCode();
    return request;
  }

  public ImageRequest {
    modelIds = List.copyOf(modelIds);
    assets = List.copyOf(assets);
  }

  /** Whether the models shall be served by a built-in program. */
  public boolean withoutCode() {
    return assets.isEmpty() && driver.isEmpty();
  }

  /** As sent, {@code {}} when it was left out. */
  public ObjectNode environment() {
    return document.path("environment") instanceof ObjectNode environment
        ? environment
        : Json.object();
  }

  private void checkCode() {
    if (withoutCode()) {
      if (modelIds.size() != 1) {
        throw ProblemException.invalid(
            "A service without an inference config serves exactly one model, but the request names "
                + modelIds.size()
                + ".");
      }
    } else if (environment()
            .path("environmentVariables")
            .path("AZUREML_ENTRY_SCRIPT")
            .isMissingNode()
        && driver.isEmpty()) {
      throw ProblemException.invalid(
          "The request names no entry script: neither 'driverProgram' nor the environment variable"
              + " AZUREML_ENTRY_SCRIPT is set.");
    }
  }

  private static JsonNode list(ObjectNode document, String name) {
    JsonNode list = document.path(name);
    if (list.isMissingNode() || list.isNull()) {
      return Json.array();
    }
    if (!list.isArray()) {
      throw ProblemException.invalid("'environmentImageRequest/" + name + "' must be a list.");
    }
    return list;
  }
}
