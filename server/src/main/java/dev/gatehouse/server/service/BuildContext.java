package dev.gatehouse.server.service;

import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.model.RegisteredModel;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.definition.ImageRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The manifest of a Docker build context. The client writes inline entries at the top level only,
 * so models and code are references to their uploads, which it fetches itself.
 */
final class BuildContext {
  private static final String ROOT = "/var/azureml-app";
  private static final String PLAIN_BASE = "python:3.11-slim";
  private static final String CODE = "code";
  private static final String MODELS = "azureml-models";
  private static final String CONDA = "conda_dependencies.yml";
  private static final String SERVER = "azureml-inference-server-http";

  private final ImageRequest image;
  private final JsonNode environment;
  private final ArrayNode context = Json.array();

  private BuildContext(ImageRequest image) {
    this.image = image;
    this.environment = image.environment();
  }

  /** The manifest for the models, given with the references to their uploads. */
  static ObjectNode manifest(
      ImageRequest image, Map<RegisteredModel, List<ArtifactReference>> models) {
    var build = new BuildContext(image);
    build.inline("Dockerfile", build.dockerfile(List.copyOf(models.keySet())));
    if (build.conda()) {
      // YAML is a superset of JSON.
      build.inline(CONDA, build.dependencies().toPrettyString());
    }
    image.assets().forEach(asset -> build.remote(CODE, asset.url(), asset.unpack()));
    models.forEach((model, references) ->
        references.forEach(reference ->
            build.remote(
                folder(model),
                "aml://artifact/%s/%s/%s"
                    .formatted(reference.origin(), reference.container(), reference.path()),
                false)));
    ObjectNode manifest = Json.object();
    manifest.set("context", build.context);
    return manifest;
  }

  private static String folder(RegisteredModel model) {
    return MODELS + "/" + model.name() + "/" + model.version();
  }

  private void inline(String path, String content) {
    context
        .addObject()
        .put("entryType", "inline")
        .put("encoding", "base64")
        .put("path", path)
        .put(
            "content",
            Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8)));
  }

  private void remote(String path, String uri, boolean unpack) {
    context
        .addObject()
        .put("entryType", "remote")
        .put("path", path)
        .put("uri", uri)
        .put("unpack", unpack);
  }

  private String dockerfile(List<RegisteredModel> models) {
    var lines = new ArrayList<String>();
    String given = Json.text(environment.path("docker"), "baseDockerfile").orElse("");
    String base = Json.text(environment.path("docker"), "baseImage").orElse("");
    lines.add(!given.isBlank() ? given.strip() : "FROM " + (base.isBlank() ? PLAIN_BASE : base));
    if (conda()) {
      lines.add("COPY " + CONDA + " /tmp/" + CONDA);
      lines.add(
          base.isBlank() && given.isBlank()
              ? pip()
              : "RUN conda env create --yes -p /azureml-env -f /tmp/" + CONDA);
      lines.add("ENV PATH=/azureml-env/bin:$PATH");
    }
    lines.add("RUN python -m pip install --no-cache-dir " + SERVER);
    lines.add("COPY " + CODE + " " + ROOT);
    if (!models.isEmpty()) {
      lines.add("COPY " + MODELS + " " + ROOT + "/" + MODELS);
    }
    variables(models).forEach((name, value) -> lines.add("ENV " + name + "=" + quoted(value)));
    lines.add("WORKDIR " + ROOT);
    lines.add("EXPOSE 5001");
    lines.add(
        "CMD [\"sh\", \"-c\", \"exec azmlinfsrv --entry_script \\\"$AZUREML_ENTRY_SCRIPT\\\" --model_dir"
            + " \\\"$AZUREML_MODEL_DIR\\\" --port 5001\"]");
    return String.join("\n", lines) + "\n";
  }

  /** Without conda in the image, what the environment names is taken from the package index. */
  private String pip() {
    var packages = new ArrayList<String>();
    for (JsonNode dependency : dependencies().path("dependencies")) {
      if (dependency.isString() && !dependency.stringValue().matches("(python|pip)\\b.*")) {
        packages.add(quoted(dependency.stringValue().replaceAll("(?<![=<>!~])=(?!=)", "==")));
      }
      for (JsonNode pip : dependency.path("pip")) {
        packages.add(
            pip.asString("").startsWith("-") ? pip.asString("") : quoted(pip.asString("")));
      }
    }
    return "RUN python -m venv /azureml-env"
        + (packages.isEmpty()
            ? ""
            : " && /azureml-env/bin/pip install --no-cache-dir " + String.join(" ", packages));
  }

  private boolean conda() {
    return !environment.path("python").path("userManagedDependencies").asBoolean(false)
        && dependencies().isObject();
  }

  private JsonNode dependencies() {
    return environment.path("python").path("condaDependencies");
  }

  private Map<String, String> variables(List<RegisteredModel> models) {
    var variables = new TreeMap<String, String>();
    environment
        .path("environmentVariables")
        .forEachEntry((name, value) -> {
          if (name.matches("[A-Za-z_][A-Za-z0-9_]*") && value.isString()) {
            variables.put(name, value.stringValue());
          }
        });
    variables.putIfAbsent("AZUREML_ENTRY_SCRIPT", image.driver().orElse(""));
    variables.put("AML_APP_ROOT", ROOT);
    variables.put(
        "AZUREML_MODEL_DIR",
        ROOT + "/" + (models.size() == 1 ? folder(models.getFirst()) : MODELS));
    return variables;
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$").replace("\n", " ")
        + '"';
  }
}
