package dev.gatehouse.server.service.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.compute.local.EnvironmentSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlFlowEnvironmentTest {
  private static final String CONDA =
      """
      channels: [conda-forge]
      dependencies:
      - python=3.10.4
      - pip
      - pip:
        - mlflow==2.9.2
        - scikit-learn==1.3.0
      """;

  @TempDir Path folder;

  private EnvironmentSpec read(Map<String, String> texts) throws IOException {
    var files = new ArrayList<StoredFile>();
    for (var entry : texts.entrySet()) {
      var file =
          Files.writeString(folder.resolve(entry.getKey().replace('/', '-')), entry.getValue());
      files.add(new StoredFile(entry.getKey(), "d", Files.size(file), file));
    }
    return MlFlowEnvironment.read(new Load.LoadedModel("iris", 4, files), "iris/");
  }

  @Test
  void takesRequirementsAndPythonFromTheFilesBesideTheModel() throws IOException {
    var spec =
        read(
            Map.of(
                "iris/MLmodel", "",
                "iris/python_env.yaml", "python: 3.11.7\nbuild_dependencies: [pip]\n",
                "iris/requirements.txt",
                    "mlflow==3.1.0\n# comment\nscikit-learn==1.6.0\npandas<3,>=2\n",
                "other/requirements.txt", "nonsense==9\n",
                "iris/conda.yaml", CONDA));
    assertThat(spec.python()).isEqualTo("3.11.7");
    assertThat(spec.requirements())
        .contains("mlflow-skinny==3.1.0", "scikit-learn==1.6.0", "pandas<3,>=2")
        .noneMatch(line -> line.startsWith("mlflow=") || line.contains("nonsense"));
    assertThat(spec.notes()).anyMatch(note -> note.contains("mlflow-skinny==3.1.0"));
  }

  @Test
  void takesCondaWhereThereIsNothingElse() throws IOException {
    var spec = read(Map.of("iris/MLmodel", "", "iris/conda.yaml", CONDA));
    assertThat(spec.python()).isEqualTo("3.10.4");
    assertThat(spec.requirements())
        .contains("mlflow-skinny==2.9.2", "scikit-learn==1.3.0", "pandas");
  }

  @Test
  void refusesAModelThatDoesNotSayWhatItNeeds() {
    assertThatThrownBy(() -> read(Map.of("iris/MLmodel", "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("iris:4 has neither requirements.txt nor conda.yaml");
    assertThatThrownBy(() -> read(Map.of("iris/conda.yaml", "a: [")))
        .hasMessageContaining("conda.yaml of the MLflow model iris is no YAML");
  }
}
