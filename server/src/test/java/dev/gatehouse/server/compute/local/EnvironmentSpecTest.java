package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

final class EnvironmentSpecTest {

  @Test
  void readsWhatTheV1ClientSends() {
    var spec =
        parse(
            """
            {"name": "e", "python": {"userManagedDependencies": false, "interpreterPath": "python", "condaDependencies": {
              "channels": ["anaconda", "conda-forge"],
              "dependencies": ["python=3.10.18", {"pip": ["--find-links https://index.test", "azureml-defaults~=1.61.0", "Scikit_Learn == 1.5.0"]},
                "numpy", "mkl"]}}}
            """);
    assertThat(spec.python()).isEqualTo("3.10.18");
    assertThat(spec.requirements())
        .containsExactly("inference-schema", "joblib", "numpy", "Scikit_Learn==1.5.0");
    assertThat(spec.indexOptions()).containsExactly("--find-links https://index.test");
  }

  @Test
  void tellsWhatIsLeftOut() {
    var spec = parse(pip("\"azureml-core==1.61\", \"-e .\", \"# a comment\", \"pandas # why\""));
    assertThat(spec.notes()).hasSize(2);
    assertThat(spec.notes().getFirst()).startsWith("azureml-core==1.61 is not installed");
    assertThat(spec.requirements()).contains("pandas");
  }

  @Test
  void keepsThePinOfAPackageThatEveryScriptGets() {
    assertThat(parse(pip("\"joblib==1.2.0\"")).requirements())
        .contains("joblib==1.2.0")
        .doesNotContain("joblib");
  }

  @Test
  void refusesARequirementOfTwoLines() {
    assertThatThrownBy(() -> parse(pip("\"a\\nb\""))).hasMessageContaining("one line each");
  }

  @Test
  void usesAnInterpreterThatTheUserManages() {
    var spec =
        parse("{\"python\": {\"userManagedDependencies\": true, \"interpreterPath\": \"/opt/p\"}}");
    assertThat(spec.interpreter()).isEqualTo("/opt/p");
    assertThat(spec.requirements()).isEmpty();
    var image =
        parse("{\"python\": {\"userManagedDependencies\": true, \"interpreterPath\": \"python\"}}");
    assertThat(image.requirements()).isEqualTo(EnvironmentSpec.standard().requirements());
  }

  @Test
  void noCodeModelsGetTheirOwnScikitLearn() {
    assertThat(EnvironmentSpec.scikitLearn("1.5.0").requirements()).contains("scikit-learn==1.5.0");
    assertThat(EnvironmentSpec.scikitLearn("").requirements()).contains("scikit-learn");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numpy | numpy", "scikit-learn=1.2 | scikit-learn==1.2.*",
            "scikit-learn==1.2.0 | scikit-learn==1.2.0",
        "pandas>=1,<2 | pandas>=1,<2", "numpy=1.21.2=py38h_0 | numpy==1.21.2.*",
            "numpy=1.2.* | numpy==1.2.*",
        "conda-forge::pytorch=2.1 | torch==2.1.*", "xgboost 1.7 | xgboost==1.7.*",
            "pytables | tables"
      })
  void readsCondasSpelling(String conda, String pypi) {
    assertThat(CondaPackage.parse(conda)).isEqualTo(new CondaPackage.OnPyPi(pypi));
  }

  @Test
  void readsTheInterpreterAndRefusesNonsense() {
    assertThat(CondaPackage.parse("python=3.11")).isEqualTo(new CondaPackage.Python("3.11"));
    assertThat(CondaPackage.parse("python==3.8.*")).isEqualTo(new CondaPackage.Python("3.8"));
    assertThatThrownBy(() -> CondaPackage.parse("=3")).hasMessageContaining("name=version");
  }

  private static String pip(String lines) {
    return "{\"python\": {\"condaDependencies\": {\"dependencies\": [{\"pip\": ["
        + lines
        + "]}]}}}";
  }

  private static EnvironmentSpec parse(String json) {
    return EnvironmentSpec.parse(new JsonMapper().readTree(json));
  }
}
