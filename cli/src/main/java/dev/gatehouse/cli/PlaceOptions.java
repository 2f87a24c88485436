package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * Which workspace a command is about: the options, then the config.json of the folder or of one
 * above it, then the defaults, then the workspace that every installation has.
 */
final class PlaceOptions {
  @Option(
      names = {"--resource-group", "-g"},
      paramLabel = "RG",
      description = "The resource group of the workspace.")
  private @Nullable String group;

  @Option(
      names = {"--workspace-name", "-w"},
      paramLabel = "W",
      description = "The workspace.")
  private @Nullable String workspace;

  @Option(
      names = {"--subscription-id", "--subscription"},
      paramLabel = "ID",
      description = "The subscription of the workspace.")
  private @Nullable String subscription;

  @Option(
      names = "--path",
      paramLabel = "DIR",
      description =
          "Where to look for the config.json of a workspace (there, in .azureml, and in the folders above)."
              + " Without these options and such a file: what './gatehouse configure' has set, else the workspace of"
              + " the installation.")
  private Path path = Path.of("");

  /** The folder that was named, else the current one. */
  Path path() {
    return path;
  }

  WorkspaceId choose(Defaults defaults, WorkspaceId otherwise) throws IOException {
    WorkspaceId known =
        configured()
            .orElse(
                new WorkspaceId(
                    otherwise.subscription(),
                    defaults.value(Defaults.GROUP).orElse(otherwise.resourceGroup()),
                    defaults.value(Defaults.WORKSPACE).orElse(otherwise.name())));
    return new WorkspaceId(
        subscription == null ? known.subscription() : subscription,
        group == null ? known.resourceGroup() : group,
        workspace == null ? known.name() : workspace);
  }

  private Optional<WorkspaceId> configured() throws IOException {
    for (Path folder = path.toAbsolutePath(); folder != null; folder = folder.getParent()) {
      for (String name : new String[] {".azureml/config.json", "config.json"}) {
        Optional<WorkspaceId> found = read(folder.resolve(name));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** Other programs have files of that name, too: what names no workspace is none of ours. */
  private static Optional<WorkspaceId> read(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      return Optional.empty();
    }
    try {
      JsonNode config = Wire.parse(Files.readString(file));
      return Optional.of(
          new WorkspaceId(
              Wire.text(config, "subscription_id"),
              Wire.text(config, "resource_group"),
              Wire.text(config, "workspace_name")));
    } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException _) {
      return Optional.empty();
    }
  }
}
