package dev.gatehouse.cli;

import dev.gatehouse.api.ServerStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops the server and waits until it is gone. */
@Command(
    name = "down",
    description = "Stop Gatehouse; requests that are under way are answered first.",
    footer = {
      "",
      "Where nothing runs, that is said and the exit code is 0.",
      "",
      "Example:",
      "  ./gatehouse down --data /srv/gatehouse"
    })
final class DownCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private final DataOption data;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long it may take before it is killed (default: ${DEFAULT-VALUE}).")
  private int seconds;

  DownCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Output.of(spec);
    Optional<ServerStatus> status = data.folder().running();
    Optional<ServerProcess> process = status.flatMap(s -> ServerProcess.find(s.pid()));
    if (process.isEmpty()) {
      out.println("Gatehouse is not running on the data folder " + data.folder().root() + ".");
      return ExitCode.DONE;
    }
    if (process.get().stop(context.timer(), Duration.ofSeconds(seconds))) {
      out.println("Gatehouse is stopped.");
    } else {
      Output.errorsOf(spec)
          .println(
              "gatehouse: it did not stop within "
                  + seconds
                  + " s and was killed; what was acknowledged is kept.");
    }
    return ExitCode.DONE;
  }
}
