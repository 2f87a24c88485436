package dev.gatehouse.cli;

import dev.gatehouse.api.ComputeClient;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** Takes a compute target out of the workspace, with or without its cluster. */
abstract sealed class TargetRemoval implements Callable<Integer> {
  private final String verb;

  @Mixin private final MlOptions ml;
  @Mixin private final TargetCommand.Named target = new TargetCommand.Named();

  TargetRemoval(Context context, String verb) {
    this.ml = new MlOptions(context);
    this.verb = verb;
  }

  abstract String begin(ComputeClient computes, String name);

  @Override
  public final Integer call() throws IOException {
    return ml.run((in, steps) -> {
      String name = target.name;
      ObjectNode gone = Wire.object();
      gone.set("id", in.computes().get(name).document().path("id"));
      in.await(
          steps, "%s the compute target '%s'".formatted(verb, name), begin(in.computes(), name));
      return new Shown(gone, List.of(), List.of("id"));
    });
  }

  /** Leaves the cluster. */
  @Command(
      name = "detach",
      description = "Take a compute target out of the workspace and leave its cluster.",
      footer = {"", "Example:", "  ./gatehouse ml computetarget detach -n myaks"})
  static final class Detach extends TargetRemoval {
    Detach(Context context) {
      super(context, "detach");
    }

    @Override
    String begin(ComputeClient computes, String name) {
      return computes.detach(name);
    }
  }

  /** Takes the cluster along. */
  @Command(
      name = "delete",
      description = "Delete a compute target and its cluster.",
      footer = {"", "Example:", "  ./gatehouse ml computetarget delete -n myaks"})
  static final class Delete extends TargetRemoval {
    Delete(Context context) {
      super(context, "delete");
    }

    @Override
    String begin(ComputeClient computes, String name) {
      return computes.delete(name);
    }
  }
}
