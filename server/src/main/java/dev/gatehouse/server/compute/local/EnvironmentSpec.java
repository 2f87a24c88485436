package dev.gatehouse.server.compute.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What the Python of a service must have.
 *
 * @param python the version asked for, such as {@code 3.10.18}; empty for any
 * @param requirements PyPI requirements, one each, sorted by name
 * @param indexOptions {@code --extra-index-url} and its like, as written
 * @param channels conda channels, used only where conda does the work
 * @param condaPackages conda's own spelling of what {@code requirements} has for PyPI
 * @param interpreter an interpreter the user manages; empty when one is to be built
 * @param notes sentences on what was left out or replaced, for the build log
 */
public record EnvironmentSpec(
    String python,
    List<String> requirements,
    List<String> indexOptions,
    List<String> channels,
    List<String> condaPackages,
    String interpreter,
    List<String> notes) {

  /**
   * What every entry script may count on: its decorators, and the two libraries that models are
   * read with.
   */
  private static final List<String> BASE = List.of("inference-schema", "joblib", "numpy");

  private static final Set<String> PROVIDED =
      Set.of(
          "azureml-defaults",
          "azureml-inference-server-http",
          "azureml-core",
          "azureml-sdk",
          "azureml-contrib-services",
          "azureml-dataset-runtime",
          "azureml-model-management-sdk");
  private static final Set<String> INDEX_OPTIONS =
      Set.of("--find-links", "-f", "--extra-index-url", "--index-url", "-i", "--trusted-host");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  public EnvironmentSpec {
    requirements = List.copyOf(requirements);
    indexOptions = List.copyOf(indexOptions);
    channels = List.copyOf(channels);
    condaPackages = List.copyOf(condaPackages);
    notes = List.copyOf(notes);
  }

  /** The environment of a script that names none. */
  public static EnvironmentSpec standard() {
    return new Reader().spec("");
  }

  /** The environment of a no-code scikit-learn model; an empty version takes the newest. */
  public static EnvironmentSpec scikitLearn(String version) {
    var reader = new Reader();
    reader.pip(version.isEmpty() ? "scikit-learn" : "scikit-learn==" + version);
    return reader.spec("");
  }

  /**
   * The environment of an MLflow model by its requirements.txt; the Python may be empty for any.
   */
  public static EnvironmentSpec mlFlow(String python, List<String> requirements) {
    var reader = new Reader();
    reader.python = python;
    requirements.forEach(reader::pip);
    return reader.forMlFlow();
  }

  /** The environment of an MLflow model by its conda.yaml. */
  public static EnvironmentSpec mlFlow(JsonNode conda) {
    var reader = new Reader();
    reader.dependencies(conda);
    return reader.forMlFlow();
  }

  /** Reads Azure ML's environment object; absent members mean what they mean there. */
  public static EnvironmentSpec parse(JsonNode environment) {
    var python = environment.path("python");
    var reader = new Reader();
    if (python.path("userManagedDependencies").asBoolean(false)) {
      var interpreter = python.path("interpreterPath").asString("");
      if (interpreter.startsWith("/")) {
        return reader.spec(interpreter);
      }
      reader.notes.add(
          "The environment manages its own packages in an image, which local compute does not run; the standard packages are used.");
      return reader.spec("");
    }
    var conda = python.path("condaDependencies");
    reader.dependencies(conda);
    return reader.spec("");
  }

  /**
   * The distribution's name as package indexes compare it: lower case, one dash for each run of
   * {@code -_.}.
   */
  static String normalizedName(String requirement) {
    var matcher = NAME.matcher(requirement);
    var name = matcher.lookingAt() ? matcher.group() : requirement;
    return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
  }

  private static final class Reader {
    final List<String> notes = new ArrayList<>();
    final List<String> channels = new ArrayList<>();
    private final List<String> condaPackages = new ArrayList<>();
    private final List<String> indexOptions = new ArrayList<>();
    private final TreeMap<String, String> requirements = new TreeMap<>();
    private String python = "";

    void dependencies(JsonNode conda) {
      conda.path("channels").forEach(channel -> channels.add(channel.asString("")));
      for (var entry : conda.path("dependencies")) {
        if (entry.isString()) {
          conda(entry.asString());
        } else {
          entry.path("pip").forEach(line -> pip(line.asString("")));
        }
      }
    }

    /** Scoring needs nothing of MLflow that its small distribution has not, but pandas. */
    EnvironmentSpec forMlFlow() {
      var whole = requirements.remove("mlflow");
      if (whole != null) {
        var small = whole.replaceFirst("(?i)^mlflow(?:\\[[^]]*])?", "mlflow-skinny");
        requirements.put("mlflow-skinny", small);
        notes.add(whole + " is installed as " + small + ", which has all that scoring needs.");
      }
      requirements.putIfAbsent("mlflow-skinny", "mlflow-skinny");
      requirements.putIfAbsent("pandas", "pandas");
      return spec("");
    }

    void conda(String entry) {
      var match = CondaPackage.parse(entry);
      switch (match) {
        case CondaPackage.Python(var version) -> python = version;
        case CondaPackage.OnlyConda(var name) ->
            notes.add(name + " is a package of conda's own and is left out.");
        case CondaPackage.OnPyPi(var requirement) -> {
          condaPackages.add(entry.strip());
          requirements.put(normalizedName(requirement), requirement);
        }
      }
    }

    void pip(String text) {
      var line = text.replaceFirst("(^|\\s)#.*$", "").strip();
      if (line.isEmpty()) {
        return;
      }
      if (line.lines().count() > 1) {
        throw new IllegalArgumentException(
            "pip requirement: '" + line + "' (expected: one line each)");
      }
      var name = normalizedName(line);
      if (line.startsWith("-")) {
        option(line);
      } else if (PROVIDED.contains(name)) {
        notes.add(
            line
                + " is not installed: Gatehouse itself provides what scoring needs of it (inference-schema, @rawhttp, Model.get_model_path).");
      } else {
        requirements.put(name, line.replaceAll("\\s*(==|>=|<=|~=|!=|<|>|,)\\s*", "$1"));
      }
    }

    private void option(String line) {
      var option = line.split("[\\s=]", 2)[0];
      if (INDEX_OPTIONS.contains(option)) {
        indexOptions.add(line);
      } else {
        notes.add("The pip line '" + line + "' is left out (only index options are known here).");
      }
    }

    EnvironmentSpec spec(String interpreter) {
      if (interpreter.isEmpty()) {
        BASE.forEach(name -> requirements.putIfAbsent(name, name));
      }
      return new EnvironmentSpec(
          python,
          List.copyOf(requirements.values()),
          indexOptions,
          channels,
          condaPackages,
          interpreter,
          notes);
    }
  }
}
