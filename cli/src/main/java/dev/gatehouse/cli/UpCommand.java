package dev.gatehouse.cli;

import dev.gatehouse.api.Address;
import dev.gatehouse.api.ServerStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the server detached; without {@code --detach} the launcher runs the server itself. */
@Command(
    name = "up",
    description = "Start Gatehouse on this machine, in the foreground or detached.",
    footer = {
      "",
      "Where it runs already, that is said and the exit code is 0; it is 1 when other ports were asked for.",
      "",
      "Examples:",
      "  ./gatehouse up",
      "  ./gatehouse up --detach --https-port 0 --data /srv/gatehouse"
    })
final class UpCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private final DataOption data;
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--detach", description = "Return when it is ready and leave it running.")
  private boolean detach;

  @Option(
      names = "--https-port",
      paramLabel = "P",
      description = "Port of all HTTPS; 0 takes a free one (default: 8443).")
  private @Nullable Integer https;

  @Option(
      names = "--http-port",
      paramLabel = "P",
      description = "Port of services without TLS; 0 takes a free one (default: 8080).")
  private @Nullable Integer http;

  @Option(
      names = "--dns-port",
      paramLabel = "P",
      description = "Port of the DNS server; 0 takes a free one (default: 8053).")
  private @Nullable Integer dns;

  UpCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  @Override
  public Integer call() throws IOException {
    if (!detach) {
      throw new Failure(
          ExitCode.USAGE,
          "In the foreground the launcher runs the server; use './gatehouse up', or add --detach.");
    }
    PrintWriter out = Output.of(spec);
    DataFolder folder = data.folder();
    Optional<ServerStatus> running = folder.running();
    if (running.isPresent()) {
      return alreadyRunning(running.get(), out);
    }
    Launch.Started started = new Launch(context).start(folder, options());
    out.print(started.greeting());
    out.println("Stop it with './gatehouse down'; it writes to " + folder.logFile());
    return ExitCode.DONE;
  }

  private Integer alreadyRunning(ServerStatus status, PrintWriter out) {
    if (differs(https, status.https())
        || differs(http, status.http())
        || differs(dns, status.dns())) {
      throw new Failure(
          ExitCode.FAILED,
          "Gatehouse runs already (process %d) on other ports: https %s, http %s, dns %s; stop it first with './gatehouse down'."
              .formatted(
                  status.pid(), status.https().port(), status.http().port(), status.dns().port()));
    }
    out.println("Gatehouse runs already (process " + status.pid() + ").");
    out.print(Output.describe(status));
    return ExitCode.DONE;
  }

  private static boolean differs(@Nullable Integer wanted, Address address) {
    return wanted != null && wanted != 0 && wanted != address.port();
  }

  private List<String> options() {
    var options = new ArrayList<String>();
    add(options, "--https-port", https);
    add(options, "--http-port", http);
    add(options, "--dns-port", dns);
    return options;
  }

  private static void add(List<String> options, String name, @Nullable Integer value) {
    if (value != null) {
      options.add(name);
      options.add(value.toString());
    }
  }
}
