package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Folders that scripts and commands run in. */
@Command(name = "folder", description = "Folders and the workspaces that they are tied to.")
final class FolderCommand {
  private FolderCommand() {}

  static CommandLine line(Context context) {
    return new CommandLine(new FolderCommand()).addSubcommand(new Attach(context));
  }

  /** Writes the file by which commands and scripts find the workspace. */
  @Command(
      name = "attach",
      description = "Tie a folder to a workspace: commands in it and below need no -g and -w.",
      footer = {
        "",
        "Scripts find the workspace there, too: Workspace.from_config().",
        "",
        "Example:",
        "  ./gatehouse ml folder attach -g my-group -w my-workspace"
      })
  static final class Attach implements Callable<Integer> {
    @Mixin private final MlOptions ml;

    @Option(
        names = {"--experiment-name", "-e"},
        paramLabel = "NAME",
        description = "Shown only: experiments are no part of Gatehouse.")
    private @Nullable String experiment;

    @Option(
        names = {"--output-metadata-file", "-t"},
        paramLabel = "FILE",
        description = "Write the answer to this file, too.")
    private @Nullable Path metadata;

    Attach(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run((in, _) -> attach(in));
    }

    private Shown attach(Place in) throws IOException {
      WorkspaceId id = in.workspace();
      // A workspace that does not exist is a problem here, not later in every command.
      var _ = in.session().get(id.path() + "?api-version=2022-05-01");
      Path folder = ml.path().toAbsolutePath().normalize();
      Path file = Files.createDirectories(folder.resolve(".azureml")).resolve("config.json");
      Files.writeString(
          file,
          Wire.pretty(
                  Wire.object()
                      .put("subscription_id", id.subscription())
                      .put("resource_group", id.resourceGroup())
                      .put("workspace_name", id.name()))
              + "\n");
      ObjectNode done =
          Wire.object()
              .put("Experiment name", experiment == null ? folder.getFileName() + "" : experiment)
              .put("Project path", folder.toString())
              .put("Resource group", id.resourceGroup())
              .put("Subscription id", id.subscription())
              .put("Workspace name", id.name());
      if (metadata != null) {
        Files.writeString(metadata, Wire.pretty(done) + "\n");
      }
      return new Shown(done, List.of(), List.copyOf(done.propertyNames()));
    }
  }
}
