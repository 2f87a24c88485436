package dev.gatehouse.cli;

import dev.gatehouse.api.ServerStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What commands print, where several print the same. */
final class Output {
  private Output() {}

  static PrintWriter of(@Nullable CommandSpec spec) {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  static PrintWriter errorsOf(@Nullable CommandSpec spec) {
    return Objects.requireNonNull(spec).commandLine().getErr();
  }

  /** Shows what a command waits for. */
  static Steps steps(PrintWriter out, Context context) {
    return new Steps(out, context.terminal(), context.timer().clock(), Duration.ofSeconds(1));
  }

  static String describe(ServerStatus status) {
    return """
    Gatehouse is ready (process %d).
      HTTPS      https://%s
      HTTP       http://%s
      DNS        %s, zone %s, region %s
      workspace  %s in %s, subscription %s
      root CA    %s
    """
        .formatted(
            status.pid(),
            status.https(),
            status.http(),
            status.dns(),
            status.zone(),
            status.region(),
            status.workspace().name(),
            status.workspace().resourceGroup(),
            status.workspace().subscription(),
            status.ca());
  }
}
