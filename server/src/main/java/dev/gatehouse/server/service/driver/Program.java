package dev.gatehouse.server.service.driver;

import dev.gatehouse.gateway.onnx.Batching;
import dev.gatehouse.server.artifact.StoredFile;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What answers requests with the models. */
public sealed interface Program {
  /**
   * The user's code.
   *
   * @param driver the asset that loads the entry script, for when the environment names none
   * @param environment as the client sent it, {@code {}} when it sent none
   */
  record Script(String driver, List<Asset> assets, ObjectNode environment) implements Program {
    public Script {
      assets = List.copyOf(assets);
    }

    /** A variable that the environment sets for the script. */
    public Optional<String> variable(String name) {
      var value = environment.path("environmentVariables").path(name);
      return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }
  }

  /** The built-in program for scikit-learn models; the version is empty when the model has none. */
  record ScikitLearn(String version) implements Program {}

  /**
   * The built-in program for MLflow models.
   *
   * @param folder where in the model the file MLmodel lies: empty, or a path that ends in '/'
   */
  record MlFlow(String folder) implements Program {
    /** The file that makes a folder an MLflow model. */
    public static final String MARK = "MLmodel";
  }

  /** ONNX Runtime in the gateway's process; requests are joined where the service asks for it. */
  record Onnx(Optional<Batching> batching) implements Program {}

  /** One uploaded file of the code; an archive is unpacked beside the others. */
  record Asset(String id, boolean unpack, StoredFile file) {}
}
