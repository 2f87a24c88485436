package dev.gatehouse.cli;

import dev.gatehouse.api.KeptConnection;
import dev.gatehouse.api.Wire;
import dev.gatehouse.cli.profile.Advice;
import dev.gatehouse.cli.profile.Bodies;
import dev.gatehouse.cli.profile.Load;
import dev.gatehouse.cli.profile.Plot;
import dev.gatehouse.cli.profile.Point;
import dev.gatehouse.cli.profile.Study;
import dev.gatehouse.cli.profile.Usage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a service can bear and what it should be given. */
@Command(
    name = "profile",
    description =
        "Measure latency and throughput of a service, and recommend cpu, memory, replicas.",
    footer = {
      "",
      "A copy of the service is measured, on its compute target and over its way through the gateway; it gets no other"
          + " traffic and is removed at the end, also after Ctrl-C. Load generator and service share this machine.",
      "",
      "Examples:",
      "  ./gatehouse profile diabetes --requests rows.csv",
      "  ./gatehouse profile diabetes --requests bodies.jsonl --rate 200 --p95 50 --svg profile.svg"
    })
final class ProfileCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private final DataOption data;
  @Mixin private final PlaceOptions where = new PlaceOptions();
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SERVICE", description = "A service that is deployed.")
  private String service = "";

  @Option(
      names = "--requests",
      required = true,
      paramLabel = "FILE",
      description =
          "Request bodies: one in each line, one JSON array of them, or a CSV of inputs (each row becomes {\"data\": [[...]]}).")
  private Path requests = Path.of("");

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second that the service is to bear.")
  private @Nullable Double rate;

  @Option(
      names = "--p95",
      paramLabel = "MS",
      description = "Milliseconds within which 95 of 100 requests are to be answered.")
  private @Nullable Double p95;

  @Option(
      names = "--replicas",
      split = ",",
      paramLabel = "N,N",
      description = "The numbers of replicas to measure (default: 1,2).")
  private List<Integer> replicas = List.of(1, 2);

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to measure, in all (default: 60).")
  private double seconds = 60;

  @Option(
      names = "--max-requests",
      paramLabel = "N",
      description = "How many requests to send at most (default: 200000).")
  private int limit = 200_000;

  @Option(names = "--json", description = "Print JSON for a program.")
  private boolean json;

  @Option(names = "--svg", paramLabel = "FILE", description = "Write a plot there.")
  private @Nullable Path svg;

  ProfileCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  /** What was found. */
  private record Found(List<Point> points, Advice advice, long peakBytes, boolean ownProcesses) {}

  @Override
  public Integer call() throws IOException {
    check();
    List<String> bodies = bodies();
    PrintWriter out = Output.of(spec);
    Found found;
    String name = "profile-%08x".formatted(new SecureRandom().nextInt());
    try (Place place = Place.open(data.folder(), where, context);
        var copy = new ServiceCopy(place, service, name)) {
      var interrupt = new OnInterrupt(copy::close);
      try (interrupt) {
        Steps steps = Output.steps(json ? Output.errorsOf(spec) : out, context);
        found = study(copy, place, steps, bodies);
      }
    }
    String title = "Service " + service + " on this machine";
    if (svg != null) {
      Files.writeString(svg, Plot.of(title, found.points()));
    }
    out.print(json ? document(found) + "\n" : text(found));
    out.flush();
    return found.advice().replicas() == 0 ? ExitCode.FAILED : ExitCode.DONE;
  }

  private Found study(ServiceCopy copy, Place place, Steps steps, List<String> bodies)
      throws IOException {
    var _ =
        steps.run(
            "Starting a copy of " + service,
            _ -> {
              copy.deploy();
              return true;
            });
    Supplier<Usage> usage =
        copy.hasProcesses()
            ? () -> Usage.below(data.folder().root().resolve("services"), copy.operations())
            : () -> Usage.of(place.server().status().pid());
    List<Integer> counts =
        copy.scales() ? replicas.stream().distinct().sorted().toList() : List.of(1);
    double each = seconds / (counts.size() * (Study.steps() + 0.5));
    Supplier<KeptConnection> door = copy.door();
    var load =
        new Load(() -> caller(door.get()), bodies, System::nanoTime, new SecureRandom(), limit);
    var study = new Study(load, usage);
    var points = new ArrayList<Point>();
    long peak = 0;
    for (int count : counts) {
      points.addAll(
          steps.run(
              "Measuring %d replica%s".formatted(count, count == 1 ? "" : "s"),
              _ -> {
                if (count > 1) {
                  copy.resize(count);
                }
                return study.measure(count, copy.concurrent(), each);
              }));
      peak = Math.max(peak, usage.get().peakBytes());
    }
    var wish = new Advice.Wish(Optional.ofNullable(rate), Optional.ofNullable(p95));
    return new Found(
        List.copyOf(points), Advice.from(points, wish, peak), peak, copy.hasProcesses());
  }

  private static Load.Caller caller(KeptConnection connection) {
    return new Load.Caller() {
      @Override
      public int call(String body) throws IOException {
        return connection.post(body);
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }

  private void check() {
    if (seconds < 1 || seconds > 3600) {
      throw new Failure(ExitCode.USAGE, "--seconds: %s (expected: 1 to 3600)".formatted(seconds));
    }
    if (limit < 100) {
      throw new Failure(
          ExitCode.USAGE, "--max-requests: %d (expected: at least 100)".formatted(limit));
    }
    if (replicas.stream().anyMatch(count -> count < 1 || count > 32)) {
      throw new Failure(
          ExitCode.USAGE, "--replicas: %s (expected: numbers from 1 to 32)".formatted(replicas));
    }
    if ((rate != null && rate <= 0) || (p95 != null && p95 <= 0)) {
      throw new Failure(ExitCode.USAGE, "--rate and --p95 must be above 0.");
    }
  }

  private List<String> bodies() throws IOException {
    if (!Files.isReadable(requests) || Files.isDirectory(requests)) {
      throw new Failure(ExitCode.USAGE, "The file %s cannot be read.".formatted(requests));
    }
    try {
      return Bodies.read(requests.getFileName().toString(), Files.readString(requests));
    } catch (IllegalArgumentException e) {
      throw new Failure(ExitCode.USAGE, e.getMessage() + ".");
    } catch (java.nio.charset.CharacterCodingException _) {
      throw new Failure(ExitCode.USAGE, "The file %s is not UTF-8.".formatted(requests));
    }
  }

  private static String text(Found found) {
    var text = new StringBuilder();
    text.append(
        "\nreplicas  offered/s  answered/s   p50 ms   p95 ms   p99 ms  failed  CPU ms each\n");
    for (Point point : found.points()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%8d %10.1f %11.1f %8.2f %8.2f %8.2f %7d %12.3f%n",
              point.replicas(),
              point.offered(),
              point.done(),
              point.p50(),
              point.p95(),
              point.p99(),
              point.failed(),
              point.cpuSeconds() * 1000));
    }
    found.points().stream()
        .map(Point::firstFault)
        .filter(fault -> !fault.isEmpty())
        .findFirst()
        .ifPresent(fault -> text.append("The first failure: ").append(fault).append('\n'));
    Advice advice = found.advice();
    text.append('\n').append(advice.why()).append('\n');
    if (advice.replicas() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "For %.1f requests/s: replicas %d, cpu %.1f, memory %.1f GB%s%n",
              advice.rate(),
              advice.replicas(),
              advice.cpu(),
              advice.memoryGb(),
              found.ownProcesses()
                  ? " each."
                  : "; the model runs in the server's process, whose peak that memory is."));
    }
    return text.toString();
  }

  private String document(Found found) {
    var root = Wire.object().put("service", service);
    var points = root.putArray("measurements");
    for (Point point : found.points()) {
      points
          .addObject()
          .put("replicas", point.replicas())
          .put("offeredPerSecond", point.offered())
          .put("answeredPerSecond", point.done())
          .put("p50Ms", point.p50())
          .put("p95Ms", point.p95())
          .put("p99Ms", point.p99())
          .put("requests", point.sent())
          .put("failed", point.failed())
          .put("firstFault", point.firstFault())
          .put("cpuMsPerRequest", point.cpuSeconds() * 1000);
    }
    Advice advice = found.advice();
    root.putObject("recommendation")
        .put("ratePerSecond", advice.rate())
        .put("replicas", advice.replicas())
        .put("cpu", advice.cpu())
        .put("memoryGB", advice.memoryGb())
        .put("measured", advice.measured())
        .put("why", advice.why());
    root.put("peakMemoryBytes", found.peakBytes());
    return Wire.pretty(root);
  }
}
