package dev.gatehouse.server.compute.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How Python environments are made.
 *
 * @param folder holds one folder per environment
 * @param uv the uv binary
 * @param searchPath folders in which interpreters and conda are looked for; usually the process's
 *     PATH
 * @param timeout bound of one whole build
 * @param foreignIndexes whether index options of an environment are followed
 * @param process the environment variables that the tools are given on top of the server's own
 */
public record EnvironmentSettings(
    Path folder,
    Path uv,
    List<Path> searchPath,
    Duration timeout,
    boolean foreignIndexes,
    Map<String, String> process) {

  public EnvironmentSettings {
    folder = folder.toAbsolutePath();
    searchPath = List.copyOf(searchPath);
    process = Map.copyOf(process);
  }
}
