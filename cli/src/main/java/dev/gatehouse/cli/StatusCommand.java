package dev.gatehouse.cli;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.api.RestClient;
import dev.gatehouse.api.ServerStatus;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says whether the server runs and answers. */
@Command(
    name = "status",
    description = "Show whether Gatehouse runs, and where.",
    footer = {
      "",
      "The exit code is 0 when it runs and its HTTPS port answers, else 3; then --json prints {\"ready\":false}.",
      "",
      "Example:",
      "  ./gatehouse status --json"
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private final DataOption data;
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON for a program.")
  private boolean json;

  StatusCommand(Context context) {
    this.data = new DataOption(context.dataFolder());
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Output.of(spec);
    try {
      ServerStatus status = data.folder().requireRunning();
      requireAnswer(status);
      out.print(json ? document(status) + "\n" : Output.describe(status));
      return ExitCode.DONE;
    } catch (Failure e) {
      if (json) {
        out.println(Wire.object().put("ready", false));
      }
      throw e;
    }
  }

  private void requireAnswer(ServerStatus status) throws IOException {
    Optional<String> fault;
    try (RestClient client = data.folder().client(status)) {
      client.get("/metadata/endpoints", Map.of()).orProblem();
      fault = Optional.empty();
    } catch (ProblemException e) {
      fault = Optional.of(e.problem().message());
    }
    if (fault.isPresent()) {
      throw new Failure(
          ExitCode.NOT_RUNNING,
          "The process %d runs, but its HTTPS port does not answer as it should: %s Look into %s."
              .formatted(status.pid(), fault.get(), data.folder().logFile()));
    }
  }

  private static String document(ServerStatus status) {
    return Wire.pretty(
        Wire.object()
            .put("ready", true)
            .put("https", status.https().toString())
            .put("http", status.http().toString())
            .put("dns", status.dns().toString())
            .put("zone", status.zone())
            .put("region", status.region())
            .put("ca", status.ca().toString())
            .put("pid", status.pid())
            .put("subscription", status.workspace().subscription())
            .put("resourceGroup", status.workspace().resourceGroup())
            .put("workspace", status.workspace().name()));
  }
}
