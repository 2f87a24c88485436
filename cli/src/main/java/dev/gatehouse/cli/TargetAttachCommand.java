package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Makes a compute target of a cluster that is there. */
@Command(
    name = "aks",
    description = "Attach a registered cluster as a compute target.",
    footer = {
      "",
      "'./gatehouse cluster add' registers a cluster, './gatehouse cluster list' shows them.",
      "",
      "Example:",
      "  ./gatehouse ml computetarget attach aks -n myaks -i /subscriptions/ID/resourcegroups/RG/providers/"
          + "Microsoft.ContainerService/managedClusters/NAME"
    })
final class TargetAttachCommand implements Callable<Integer> {
  @Mixin private final MlOptions ml;
  @Mixin private final TargetChange change = new TargetChange();

  @Option(
      names = {"--compute-resource-id", "-i"},
      required = true,
      paramLabel = "ID",
      description = "The id of the cluster.")
  private String cluster = "";

  TargetAttachCommand(Context context) {
    ml = new MlOptions(context);
  }

  @Override
  public Integer call() throws IOException {
    return ml.run((in, steps) -> {
      ObjectNode properties = Wire.object().put("resourceId", cluster);
      properties.putObject("properties").put("loadBalancerType", "PublicIp");
      return change.send(in, steps, "attach the compute target", properties);
    });
  }
}
