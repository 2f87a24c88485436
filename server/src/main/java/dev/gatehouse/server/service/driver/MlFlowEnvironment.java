package dev.gatehouse.server.service.driver;

import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.compute.local.EnvironmentSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads the environment that an MLflow model brings along: the files beside its MLmodel. */
final class MlFlowEnvironment {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final long LONGEST = 1 << 20;

  private final Load.LoadedModel model;
  private final String under;

  private MlFlowEnvironment(Load.LoadedModel model, String under) {
    this.model = model;
    this.under = under;
  }

  /**
   * The packages of {@code requirements.txt} with the Python of {@code python_env.yaml}, or those
   * of {@code conda.yaml}; a model without any of them is refused.
   */
  static EnvironmentSpec read(Load.LoadedModel model, String under) {
    var files = new MlFlowEnvironment(model, under);
    Optional<JsonNode> conda = files.yaml("conda.yaml");
    String python =
        files.yaml("python_env.yaml").map(env -> env.path("python").asString("")).orElse("");
    Optional<String> requirements = files.text("requirements.txt");
    if (requirements.isPresent()) {
      List<String> lines = requirements.get().lines().toList();
      return EnvironmentSpec.mlFlow(python, lines);
    }
    if (conda.isPresent()) {
      return EnvironmentSpec.mlFlow(conda.get());
    }
    throw new IllegalArgumentException(
        "the MLflow model "
            + model.name()
            + ":"
            + model.version()
            + " has neither requirements.txt nor conda.yaml beside its MLmodel, so its packages are"
            + " unknown; save it again with MLflow, or deploy it with an entry script and an environment.");
  }

  private Optional<JsonNode> yaml(String name) {
    return text(name)
        .map(text -> {
          try {
            return YAML.readTree(text);
          } catch (JacksonException e) {
            throw new IllegalArgumentException(
                name
                    + " of the MLflow model "
                    + model.name()
                    + " is no YAML: "
                    + e.getOriginalMessage());
          }
        });
  }

  private Optional<String> text(String name) {
    return model.files().stream()
        .filter(file -> file.path().equals(under + name))
        .findFirst()
        .map(this::read);
  }

  private String read(StoredFile file) {
    if (file.size() > LONGEST) {
      throw new IllegalArgumentException(
          file.path() + " of the MLflow model " + model.name() + " is larger than 1 MiB.");
    }
    try {
      return Files.readString(file.file());
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(
          file.path() + " of the MLflow model " + model.name() + " is not UTF-8 text.", e);
    } catch (IOException e) {
      throw new UncheckedIOException("the file " + file.path(), e);
    }
  }
}
