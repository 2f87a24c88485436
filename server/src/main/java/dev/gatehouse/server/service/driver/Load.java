package dev.gatehouse.server.service.driver;

import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.compute.local.Liveness;
import java.time.Duration;
import java.util.List;

/**
 * Everything that is needed to start one version of a service.
 *
 * @param instance names this start: letters, digits and '-', unique
 * @param service the name that entry scripts see
 */
public record Load(
    String instance,
    String service,
    Program program,
    List<LoadedModel> models,
    Scale scale,
    ModelData modelData) {
  public Load {
    models = List.copyOf(models);
  }

  /**
   * What its script gives to ModelDataCollector.
   *
   * @param place {@code SUBSCRIPTION/GROUP/WORKSPACE/SERVICE}
   * @param kept whether it is written
   */
  public record ModelData(String place, boolean kept) {
    public static final ModelData NONE = new ModelData("", false);
  }

  /** The files of one registered model, by their paths below it. */
  public record LoadedModel(String name, int version, List<StoredFile> files) {
    public LoadedModel {
      files = List.copyOf(files);
    }
  }

  /**
   * @param replicas processes
   * @param concurrent requests that one process works on at a time
   * @param memoryBytes bound of one process, 0 for none
   * @param liveness when a process that no longer answers is replaced
   */
  public record Scale(
      int replicas, int concurrent, Duration scoringTimeout, long memoryBytes, Liveness liveness) {}
}
