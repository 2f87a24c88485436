package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Makes a compute target; what describes the virtual machines is kept and shown only. */
@Command(
    name = "aks",
    description = "Create a compute target.",
    footer = {
      "",
      "Example:",
      "  ./gatehouse ml computetarget create aks -n myaks --ssl-leaf-domain-label contoso"
    })
final class TargetCreateCommand implements Callable<Integer> {
  @Mixin private final MlOptions ml;
  @Mixin private final TargetChange change = new TargetChange();
  @Mixin private final SslOptions ssl = new SslOptions();
  @Mixin private final BalancerOptions balancer = new BalancerOptions();

  @Option(
      names = {"--agent-count", "-a"},
      paramLabel = "N",
      description = "Machines of the cluster.")
  private @Nullable Integer agents;

  @Option(
      names = {"--vm-size", "-s"},
      paramLabel = "SIZE",
      description = "Their size.")
  private @Nullable String size;

  @Option(names = "--cluster-purpose", paramLabel = "PURPOSE", description = "FastProd or DevTest.")
  private @Nullable String purpose;

  @Option(
      names = {"--location", "-l"},
      paramLabel = "REGION",
      description = "Its region, which is a part of generated names.")
  private @Nullable String location;

  @Option(names = "--service-cidr", paramLabel = "CIDR", description = "Network of its services.")
  private @Nullable String services;

  @Option(names = "--dns-service-ip", paramLabel = "IP", description = "Address of its DNS.")
  private @Nullable String dns;

  @Option(names = "--docker-bridge-cidr", paramLabel = "CIDR", description = "Bridge network.")
  private @Nullable String bridge;

  @Option(names = "--vnet-name", paramLabel = "VNET", description = "Virtual network.")
  private @Nullable String network;

  @Option(names = "--subnet-name", paramLabel = "SUBNET", description = "Subnet in it.")
  private @Nullable String subnet;

  @Option(
      names = "--vnet-resourcegroup-name",
      paramLabel = "RG",
      description = "Resource group of the virtual network.")
  private @Nullable String networkGroup;

  TargetCreateCommand(Context context) {
    ml = new MlOptions(context);
  }

  @Override
  public Integer call() throws IOException {
    return ml.run((in, steps) ->
        change.send(in, steps, "create the compute target", properties(in.workspace())));
  }

  private ObjectNode properties(WorkspaceId workspace) throws IOException {
    ObjectNode properties = Wire.object();
    put(properties, "computeLocation", location);
    ObjectNode inner = properties.putObject("properties");
    if (agents != null) {
      inner.put("agentCount", agents);
    }
    put(inner, "agentVmSize", size);
    put(inner, "clusterPurpose", purpose);
    balancer.addTo(inner);
    ObjectNode addresses = network(workspace);
    if (!addresses.isEmpty()) {
      inner.set("aksNetworkingConfiguration", addresses);
    }
    ssl.configuration().ifPresent(configuration -> inner.set("sslConfiguration", configuration));
    return properties;
  }

  private ObjectNode network(WorkspaceId workspace) {
    ObjectNode addresses = Wire.object();
    if (network != null && subnet != null) {
      addresses.put(
          "subnetId",
          "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/virtualNetworks/%s/subnets/%s"
              .formatted(
                  workspace.subscription(),
                  networkGroup == null ? workspace.resourceGroup() : networkGroup,
                  network,
                  subnet));
    } else if (network != null || subnet != null) {
      throw SslOptions.refused("--vnet-name and --subnet-name belong together: give both.");
    }
    put(addresses, "serviceCidr", services);
    put(addresses, "dnsServiceIP", dns);
    put(addresses, "dockerBridgeCidr", bridge);
    return addresses;
  }

  private static void put(ObjectNode object, String member, @Nullable String value) {
    if (value != null) {
      object.put(member, value);
    }
  }
}
