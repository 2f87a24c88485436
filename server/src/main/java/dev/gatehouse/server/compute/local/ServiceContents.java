package dev.gatehouse.server.compute.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a service is made of, as files of the stores.
 *
 * @param environmentVariables those of the environment definition
 * @param driverProgram the name of the generated loader among {@code code}; empty for none
 */
public record ServiceContents(
    List<Code> code,
    List<Model> models,
    Map<String, String> environmentVariables,
    String driverProgram) {

  /** One uploaded file; {@code unpack} says that it is a tar.gz to be opened in the app root. */
  public record Code(String name, Path file, boolean unpack) {}

  /** One registered model: the paths below its version folder, and the stored file of each. */
  public record Model(String name, int version, Map<String, Path> files) {
    public Model {
      files = Map.copyOf(files);
    }
  }

  public ServiceContents {
    code = List.copyOf(code);
    models = List.copyOf(models);
    environmentVariables = Map.copyOf(environmentVariables);
  }
}
