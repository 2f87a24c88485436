package dev.gatehouse.cli;

import dev.gatehouse.api.ServedCertificate;
import dev.gatehouse.api.ServerStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a server of its own, does the whole job on it, and shows how. */
@Command(
    name = "demo",
    description =
        "Show it all: start, register, deploy two models behind TLS, score them, verified.",
    footer = {
      "",
      "It has a data folder and ports of its own, and stops what it started: at Ctrl-C (exit code 130), at once with"
          + " --once (0), or when a step failed (1).",
      "",
      "Example:",
      "  ./gatehouse demo --once"
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final Duration PULSE = Duration.ofSeconds(1);
  private static final List<String> FREE_PORTS =
      List.of("--https-port", "0", "--http-port", "0", "--dns-port", "0");

  private final Context context;

  @Mixin private final DataOption data;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--once",
      description = "Stop everything at the end instead of waiting for Ctrl-C.")
  private boolean once;

  DemoCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.demoFolder());
  }

  @Override
  public Integer call() throws IOException {
    DataFolder folder = data.folder();
    var files = new DemoFiles(context.home().resolve("demo"));
    refuseRunning(folder);
    PrintWriter out = Output.of(spec);
    var steps = new Steps(out, context.terminal(), context.timer().clock(), PULSE);
    ServerStatus status =
        steps.run("start Gatehouse", _ -> new Launch(context).start(folder, FREE_PORTS).status());
    // Ctrl-C ends this process only; the server is in a session of its own.
    try (var interrupt = new OnInterrupt(() -> stop(status))) {
      try (var server = ControlPlane.of(folder, context.timer().clock())) {
        show(new Demo(server, files, steps, context.timer()).run(), status, out);
      }
      if (!once) {
        untilItEnds(status, interrupt, out);
      }
    } finally {
      stop(status);
    }
    out.println("Stopped.");
    return ExitCode.DONE;
  }

  private static void refuseRunning(DataFolder folder) throws IOException {
    Optional<ServerStatus> running = folder.running();
    if (running.isPresent()) {
      throw new Failure(
          ExitCode.USAGE,
          "A demo runs already on %s (process %d); stop it with './gatehouse down --data %s', or take another folder with --data."
              .formatted(
                  folder.root(), running.get().pid(), Shell.SH.quoted(folder.root().toString())));
    }
  }

  private void stop(ServerStatus status) {
    ServerProcess.find(status.pid()).ifPresent(process -> process.stop(context.timer(), STOP));
  }

  private static void untilItEnds(ServerStatus status, OnInterrupt interrupt, PrintWriter out) {
    out.println("It keeps running until you press Ctrl-C.");
    out.flush();
    ServerProcess.find(status.pid()).ifPresent(process -> process.handle().onExit().join());
    if (!interrupt.ending()) {
      throw new Failure(
          ExitCode.FAILED, "The server has ended by itself; its log is in the data folder.");
    }
  }

  private void show(Demo.Outcome outcome, ServerStatus status, PrintWriter out) {
    ServedCertificate certificate = outcome.certificate();
    Demo.Scoring scoring = outcome.withoutCode();
    String renewal = certificate.nextRenewal();
    out.printf(
        """

        Both models answered what they must, over HTTPS verified against %s only.
          URL          %s
                       %s
          certificate  %s, issued by %s, %d days left, next renewal %s

        Try it:
        %s

        """,
        status.ca(),
        scoring.uri(),
        outcome.withScript().uri(),
        outcome.subject(),
        certificate.issuer(),
        certificate.daysLeft(context.timer().clock()),
        renewal.isEmpty() ? "not planned yet" : renewal,
        curl(scoring, status));
    out.flush();
  }

  /** Resolves the name by itself, because not every system knows names under localhost. */
  static String curl(Demo.Scoring scoring, ServerStatus status) {
    String host = scoring.uri().getHost();
    int port = scoring.uri().getPort() < 0 ? 443 : scoring.uri().getPort();
    String resolve = host + ":" + port + ":" + status.https().reachable().host();
    return "curl --cacert %s --resolve %s -H %s -H %s --data %s %s"
        .formatted(
            Shell.SH.quoted(status.ca().toString()),
            Shell.SH.quoted(resolve),
            Shell.SH.quoted("Authorization: Bearer " + scoring.key().value()),
            Shell.SH.quoted("Content-Type: application/json"),
            Shell.SH.quoted(scoring.request()),
            Shell.SH.quoted(scoring.uri().toString()));
  }
}
