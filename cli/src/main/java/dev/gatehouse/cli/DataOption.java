package dev.gatehouse.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that every command has. */
final class DataOption {
  private final Path otherwise;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The data folder of the installation. Without it: $XDG_DATA_HOME/gatehouse or ~/.local/share/gatehouse"
              + " (demo: $XDG_CACHE_HOME/gatehouse/demo or ~/.cache/gatehouse/demo).")
  private @Nullable Path given;

  DataOption(Path otherwise) {
    this.otherwise = otherwise;
  }

  DataFolder folder() {
    return new DataFolder(given == null ? otherwise : given);
  }
}
