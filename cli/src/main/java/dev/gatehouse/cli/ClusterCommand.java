package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** The clusters that scripts attach compute targets to. */
@Command(name = "cluster", description = "Register and list clusters for attach_configuration.")
final class ClusterCommand {
  /** Registers this machine under the name of a cluster. */
  @Command(
      name = "add",
      description =
          "Register a cluster that AksCompute.attach_configuration(resource_group, cluster_name) finds.",
      footer = {
        "",
        "Example:",
        "  ./gatehouse cluster add --local --resource-group gatehouse --name here"
      })
  static final class Add implements Callable<Integer> {
    @Mixin private final OnServer here;

    @Option(names = "--local", description = "Services on it are processes of this machine.")
    private boolean local;

    @Option(
        names = {"--resource-group", "-g"},
        required = true,
        paramLabel = "RG",
        description = "The resource group that scripts name.")
    private String group = "";

    @Option(
        names = {"--name", "-n"},
        required = true,
        paramLabel = "N",
        description = "The cluster name that scripts name.")
    private String name = "";

    Add(Context context) {
      here = new OnServer(context);
    }

    @Override
    public Integer call() throws IOException {
      if (!local) {
        throw new Failure(
            ExitCode.USAGE,
            "Say what the cluster is: --local makes it this machine, the only kind so far.");
      }
      String path =
          "/gatehouse/clusters/"
              + segment("--resource-group", group)
              + "/"
              + segment("--name", name);
      return here.ask(server -> {
        server.session().send("PUT", path, Wire.object().put("kind", "local"));
        here.out()
            .println(
                "The cluster '%s' in the resource group '%s' is this machine."
                    .formatted(name, group));
        return ExitCode.DONE;
      });
    }

    private String segment(String option, String value) {
      if (!value.matches("[A-Za-z0-9][A-Za-z0-9._()-]{0,89}")) {
        throw new Failure(
            ExitCode.USAGE,
            option
                + ": '"
                + value
                + "' (expected: 1 to 90 letters, digits, '.', '_', '-', '(' or ')').");
      }
      return value;
    }
  }

  /** Shows what is registered. */
  @Command(
      name = "list",
      description = "Show the registered clusters.",
      footer = {"", "Example:", "  ./gatehouse cluster list --json"})
  static final class Listing implements Callable<Integer> {
    @Mixin private final OnServer here;

    @Option(names = "--json", description = "Print JSON for a program.")
    private boolean json;

    Listing(Context context) {
      here = new OnServer(context);
    }

    @Override
    public Integer call() throws IOException {
      JsonNode clusters =
          here.ask(server -> server.session().get("/gatehouse/clusters").path("value"));
      PrintWriter out = here.out();
      if (json) {
        out.println(Wire.pretty(clusters));
        return ExitCode.DONE;
      }
      out.printf("%-32s %s%n", "RESOURCE GROUP", "NAME");
      for (JsonNode cluster : clusters) {
        out.printf(
            "%-32s %s%n",
            cluster.path("resourceGroup").asString(""), cluster.path("name").asString(""));
      }
      return ExitCode.DONE;
    }
  }
}
