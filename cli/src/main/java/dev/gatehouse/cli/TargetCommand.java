package dev.gatehouse.cli;

import dev.gatehouse.api.ComputeTarget;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The command lines of the Azure CLI, version 1 of its extension ml. */
final class TargetCommand {
  private TargetCommand() {}

  /** Names the group. */
  @Command(
      name = "ml",
      description = "The command lines of 'az ml', version 1: replace 'az' by './gatehouse'.")
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
                .addSubcommand(new Detach(context))
                .addSubcommand(new Delete(context))
                .addSubcommand(new Keys(context)))
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
    @Spec private @Nullable CommandSpec spec;

    Show(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run(
          spec,
          (in, _) ->
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
      footer = {"", "Example:", "  ./gatehouse ml computetarget list -o table"})
  static final class Listing implements Callable<Integer> {
    @Mixin private final MlOptions ml;
    @Spec private @Nullable CommandSpec spec;

    Listing(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run(
          spec,
          (in, _) -> {
            ArrayNode all = Wire.array();
            for (ComputeTarget each : in.computes().list()) {
              all.add(TargetChange.shown(each.document()).full());
            }
            return new Shown(all, List.of(), List.of("name", "provisioningState"));
          });
    }
  }

  /** Leaves the cluster. */
  @Command(
      name = "detach",
      description = "Take a compute target out of the workspace and leave its cluster.",
      footer = {"", "Example:", "  ./gatehouse ml computetarget detach -n myaks"})
  static final class Detach implements Callable<Integer> {
    @Mixin private final MlOptions ml;
    @Mixin private final Named target = new Named();
    @Spec private @Nullable CommandSpec spec;

    Detach(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run(
          spec,
          (in, steps) -> {
            JsonNode id = in.computes().get(target.name).document().path("id");
            in.await(
                steps,
                "detach the compute target '" + target.name + "'",
                in.computes().detach(target.name));
            return gone(id);
          });
    }
  }

  /** Takes the cluster along. */
  @Command(
      name = "delete",
      description = "Delete a compute target and its cluster.",
      footer = {"", "Example:", "  ./gatehouse ml computetarget delete -n myaks"})
  static final class Delete implements Callable<Integer> {
    @Mixin private final MlOptions ml;
    @Mixin private final Named target = new Named();
    @Spec private @Nullable CommandSpec spec;

    Delete(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run(
          spec,
          (in, steps) -> {
            JsonNode id = in.computes().get(target.name).document().path("id");
            in.await(
                steps,
                "delete the compute target '" + target.name + "'",
                in.computes().delete(target.name));
            return gone(id);
          });
    }
  }

  private static Shown gone(JsonNode id) {
    ObjectNode document = Wire.object();
    document.set("id", id);
    return new Shown(document, List.of(), List.of("id"));
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
    @Spec private @Nullable CommandSpec spec;

    Keys(Context context) {
      ml = new MlOptions(context);
    }

    @Override
    public Integer call() throws IOException {
      return ml.run(
          spec,
          (in, _) ->
              new Shown(
                  in.computes().credentials(target.name),
                  List.of(),
                  List.of("userKubeConfig", "adminKubeConfig", "imagePullSecretName")));
    }
  }
}
