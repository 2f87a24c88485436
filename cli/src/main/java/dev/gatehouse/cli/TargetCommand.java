package dev.gatehouse.cli;

import dev.gatehouse.api.ComputeTarget;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;

/** The command lines of the Azure CLI, version 1 of its extension ml. */
final class TargetCommand {
  private TargetCommand() {}

  /** Names the group. */
  @Command(
      name = "ml",
      description = "The command lines of 'az ml', version 1: replace 'az' by './gatehouse'.",
      footer = {
        "",
        "Long options may be abbreviated. Exit codes: 0 done; 1 what was asked for failed; 2 wrong usage, or the server"
            + " is at fault or does not answer; 3 Gatehouse is not running."
      })
  static final class Ml {}

  /** Names the group. */
  @Command(name = "computetarget", description = "Compute targets of a workspace.")
  static final class Targets {}

  /** Names the group. */
  @Command(name = "create", description = "Create a compute target.")
  static final class Create {}

  /** Names the group. */
  @Command(name = "attach", description = "Attach a cluster as a compute target.")
  static final class Attach {}

  /** Names the group. */
  @Command(name = "update", description = "Change a compute target.")
  static final class Update {}

  static CommandLine line(Context context) {
    return new CommandLine(new Ml())
        .addSubcommand(
            new CommandLine(new Targets())
                .addSubcommand(
                    new CommandLine(new Create()).addSubcommand(new TargetCreateCommand(context)))
                .addSubcommand(
                    new CommandLine(new Attach()).addSubcommand(new TargetAttachCommand(context)))
                .addSubcommand(
                    new CommandLine(new Update()).addSubcommand(new TargetUpdateCommand(context)))
                .addSubcommand(new Show(context))
                .addSubcommand(new Listing(context))
                .addSubcommand(new TargetRemoval.Detach(context))
                .addSubcommand(new TargetRemoval.Delete(context))
                .addSubcommand(new Keys(context)))
        .addSubcommand(FolderCommand.line(context))
        .setAbbreviatedOptionsAllowed(true);
  }

  /** The option of those that need nothing else. */
  static final class Named {
    @Option(
        names = {"--name", "-n"},
        required = true,
        paramLabel = "N",
        description = "The compute target.")
    String name = "";
  }

  /** The whole target. */
  @Command(
      name = "show",
      description = "Show a compute target.",
      footer = {"", "Example:", "  ./gatehouse ml computetarget show -n myaks"})
  static final class Show implements Callable<Integer> {
    @Mixin private final MlOptions ml;
    @Mixin private final Named target = new Named();

    Show(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run((in, _) ->
          new Shown(
              in.computes().get(target.name).document(),
              List.of(),
              List.of("id", "name", "tags", "location", "properties")));
    }
  }

  /** All targets. */
  @Command(
      name = "list",
      description = "Show all compute targets.",
      footer = {
        "",
        "Examples:",
        "  ./gatehouse ml computetarget list -o table",
        "  ./gatehouse ml computetarget list --query \"[?provisioningState=='Succeeded'].name\" -o tsv"
      })
  static final class Listing implements Callable<Integer> {
    @Mixin private final MlOptions ml;

    Listing(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run((in, _) -> {
        ArrayNode all = Wire.array();
        for (ComputeTarget each : in.computes().list()) {
          all.add(TargetChange.shown(each.document()).full());
        }
        return new Shown(all, List.of(), List.of("name", "provisioningState"));
      });
    }
  }

  /** What opens the cluster. */
  @Command(
      name = "get-credentials",
      description = "Show what opens the cluster of a compute target.",
      footer = {
        "",
        "A cluster that is this machine has no credentials: all members are null.",
        "",
        "Example:",
        "  ./gatehouse ml computetarget get-credentials -n myaks"
      })
  static final class Keys implements Callable<Integer> {
    @Mixin private final MlOptions ml;
    @Mixin private final Named target = new Named();

    Keys(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run((in, _) ->
          new Shown(
              in.computes().credentials(target.name),
              List.of(),
              List.of("userKubeConfig", "adminKubeConfig", "imagePullSecretName")));
    }
  }
}
