package dev.gatehouse.server.monitoring;

import dev.gatehouse.gateway.Measured;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.alert.Alerts;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.certificate.Origin;
import dev.gatehouse.server.certificate.Outlook;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** {@code GET /metrics}: services, certificates and the process, in Prometheus' text format. */
public final class Metrics {
  private static final Path MEMORY = Path.of("/proc/self/status");

  private final Sources sources;
  private final InstantSource clock;

  /**
   * Where the numbers come from.
   *
   * @param counts what is told of requests besides, and what of it was lost
   */
  public record Sources(
      Supplier<List<Measured>> services,
      Supplier<List<RollOut>> rollOuts,
      Certificates certificates,
      Alerts alerts,
      List<Count> counts) {}

  /** The last roll-out of a version of an endpoint; steps count from 1. */
  public record RollOut(String service, String version, String state, int step) {}

  /** A counter; the name without {@code gatehouse_} and {@code _total}. */
  public record Count(String name, String help, LongSupplier value) {}

  public Metrics(Sources sources, InstantSource clock) {
    this.sources = sources;
    this.clock = clock;
  }

  /**
   * @param open whether it is served without an access token
   */
  public void addTo(Router router, boolean open) {
    if (open) {
      router.open("GET", "/metrics", Envelope.ARM, _ -> answer());
    } else {
      router.route("GET", "/metrics", Envelope.ARM, _ -> answer());
    }
  }

  private Response answer() {
    var out = new Exposition();
    services(out, sources.services().get());
    rollOuts(out, sources.rollOuts().get());
    certificates(out, sources.certificates().outlook());
    own(out);
    process(out);
    return Response.text(200, Exposition.CONTENT_TYPE, out.toString());
  }

  private static void services(Exposition out, List<Measured> all) {
    requests(out, "gatehouse_requests_total", "Requests that are over, by status class.", all);
    String duration = "gatehouse_request_duration_seconds";
    out.family(duration, "histogram", "From a request's head to its answer's last byte.");
    all.forEach(each -> histogram(out, duration, each, whole(each.counts())));
    model(out, "gatehouse_model_duration_seconds", all);
    gauge(out, all, "gatehouse_traffic_percent", "Share of the requests.", Measured::share);
    gauge(out, all, "gatehouse_requests_in_flight", "Being answered now.", Measured::inFlight);
    gauge(out, all, "gatehouse_requests_queued", "Waiting for a replica now.", Measured::queued);
    gauge(out, all, "gatehouse_replicas", "Replicas that can answer.", Measured::replicas);
    copies(out, all);
  }

  /** Copies of requests, which no caller has got an answer to. */
  private static void copies(Exposition out, List<Measured> services) {
    List<Measured> all = services.stream().filter(each -> each.copies().isPresent()).toList();
    List<Measured> asked = all.stream().map(Metrics::ofCopies).toList();
    requests(out, "gatehouse_mirror_requests_total", "Copies that are over.", asked);
    String duration = "gatehouse_mirror_request_duration_seconds";
    out.family(duration, "histogram", "From a copy's start to its answer's last byte.");
    asked.forEach(each -> histogram(out, duration, each, whole(each.counts())));
    model(out, "gatehouse_mirror_model_duration_seconds", asked);
    String dropped = "gatehouse_mirror_dropped_total";
    out.family(dropped, "counter", "Copies that were not made, by reason.");
    for (Measured each : all) {
      var copies = each.copies().orElseThrow();
      out.sample(dropped, copies.busy(), labels(each, "reason", "busy"));
      out.sample(dropped, copies.large(), labels(each, "reason", "large"));
    }
  }

  /** The copies in place of the requests. */
  private static Measured ofCopies(Measured each) {
    return new Measured(
        each.host(),
        each.service(),
        each.version(),
        each.share(),
        each.replicas(),
        each.inFlight(),
        each.queued(),
        each.copies().orElseThrow().counts(),
        Optional.empty());
  }

  private static void rollOuts(Exposition out, List<RollOut> all) {
    String state = "gatehouse_rollout_state";
    out.family(state, "gauge", "1, with the state that a version's last roll-out is in.");
    for (RollOut each : all) {
      out.sample(
          state, 1, "service", each.service(), "version", each.version(), "state", each.state());
    }
    String step = "gatehouse_rollout_step";
    out.family(step, "gauge", "The step that a version's last roll-out has reached, from 1 on.");
    for (RollOut each : all) {
      out.sample(step, each.step(), "service", each.service(), "version", each.version());
    }
  }

  private static void requests(Exposition out, String name, String help, List<Measured> all) {
    out.family(name, "counter", help);
    for (Measured each : all) {
      for (int i = 0; i < each.counts().classes().size(); i++) {
        String[] labels = labels(each, "code", (i + 1) + "xx");
        out.sample(name, each.counts().classes().get(i), labels);
      }
    }
  }

  private static void model(Exposition out, String name, List<Measured> all) {
    out.family(name, "histogram", "What the model itself took, without transport and queue.");
    all.stream()
        .filter(each -> !each.version().isEmpty())
        .forEach(each -> histogram(out, name, each, each.counts().model()));
  }

  private static Tally.Times whole(Tally.Counts counts) {
    return new Tally.Times(counts.buckets(), counts.seconds());
  }

  private static void histogram(Exposition out, String name, Measured each, Tally.Times times) {
    List<Double> bounds = Tally.bounds();
    long sum = 0;
    for (int i = 0; i < times.buckets().size(); i++) {
      sum += times.buckets().get(i);
      String bound = i < bounds.size() ? Double.toString(bounds.get(i)) : "+Inf";
      out.sample(name + "_bucket", sum, labels(each, "le", bound));
    }
    out.sample(name + "_sum", times.seconds(), labels(each));
    out.sample(name + "_count", sum, labels(each));
  }

  private static void gauge(
      Exposition out,
      List<Measured> all,
      String name,
      String help,
      Function<Measured, Number> value) {
    out.family(name, "gauge", help);
    all.stream()
        .filter(each -> !each.version().isEmpty())
        .forEach(each -> out.sample(name, value.apply(each), labels(each)));
  }

  private static String[] labels(Measured each, String... more) {
    var labels = new String[6 + more.length];
    labels[0] = "host";
    labels[1] = each.host();
    labels[2] = "service";
    labels[3] = each.service();
    labels[4] = "version";
    labels[5] = each.version();
    System.arraycopy(more, 0, labels, 6, more.length);
    return labels;
  }

  private void certificates(Exposition out, List<Outlook> all) {
    String prefix = "gatehouse_certificate_";
    var now = clock.instant();
    of(
        out,
        all,
        prefix + "not_after_seconds",
        "When it expires (Unix time).",
        each -> each.notAfter().getEpochSecond());
    of(
        out,
        all,
        prefix + "days_left",
        "Days until it expires.",
        each -> Duration.between(now, each.notAfter()).toSeconds() / 86_400.0);
    of(
        out,
        all,
        prefix + "renewal_failures",
        "Failed renewals since the last one that worked.",
        Outlook::failures);
    of(out, all, prefix + "predecessors", "Certificates that its owner had before.", Outlook::past);
    String info = prefix + "info";
    out.family(info, "gauge", "What it is; always 1.");
    all.forEach(each -> out.sample(info, 1, about(each)));
    List<Outlook> ours = all.stream().filter(each -> !each.brought()).toList();
    of(
        out,
        ours,
        prefix + "last_renewal_success",
        "Whether the last renewal worked.",
        each -> each.failures() == 0 ? 1 : 0);
    List<Outlook> planned = ours.stream().filter(each -> each.next().isPresent()).toList();
    of(
        out,
        planned,
        prefix + "next_renewal_seconds",
        "When it is renewed next (Unix time).",
        each -> each.next().orElseThrow().getEpochSecond());
  }

  private static String[] about(Outlook each) {
    var origin = each.origin().issued();
    return new String[] {
      "host", each.host(),
      "source", each.brought() ? "custom" : "platform",
      "issuer", each.issuer(),
      "issued_by", origin.map(Origin.Issued::issuer).orElse(""),
      "profile", origin.map(Origin.Issued::profile).orElse(""),
      "serial", each.serial(),
      "key_type", each.keyType(),
      "names", String.join(",", each.names())
    };
  }

  private static void of(
      Exposition out,
      List<Outlook> all,
      String name,
      String help,
      Function<Outlook, Number> value) {
    out.family(name, "gauge", help);
    for (Outlook each : all) {
      String source = each.brought() ? "custom" : "platform";
      out.sample(name, value.apply(each), "host", each.host(), "source", source);
    }
  }

  private void own(Exposition out) {
    String version =
        Objects.requireNonNullElse(
            Metrics.class.getPackage().getImplementationVersion(), "development");
    String java = Runtime.version().toString();
    out.family("gatehouse_build_info", "gauge", "Which build runs.")
        .sample("gatehouse_build_info", 1, "version", version, "java", java);
    var alerts = sources.alerts();
    out.single("gatehouse_alerts_sent_total", "counter", "Taken by the webhook.", alerts.sent());
    out.single("gatehouse_alerts_lost_total", "counter", "Not taken by it.", alerts.lost());
    for (Count count : sources.counts()) {
      String name = "gatehouse_" + count.name() + "_total";
      out.single(name, "counter", count.help(), count.value().getAsLong());
    }
  }

  private static void process(Exposition out) {
    var memory = ManagementFactory.getMemoryMXBean();
    String used = "jvm_memory_used_bytes";
    out.family(used, "gauge", "Memory that Java uses.")
        .sample(used, memory.getHeapMemoryUsage().getUsed(), "area", "heap")
        .sample(used, memory.getNonHeapMemoryUsage().getUsed(), "area", "nonheap");
    resident()
        .ifPresent(bytes ->
            out.single("process_resident_memory_bytes", "gauge", "Resident memory.", bytes));
    out.single(
        "process_start_time_seconds",
        "gauge",
        "When the process began (Unix time).",
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(cpu ->
            out.single("process_cpu_seconds_total", "counter", "CPU time.", cpu.toNanos() / 1e9));
  }

  /** Linux alone tells it. */
  private static Optional<Double> resident() {
    try (var lines = Files.lines(MEMORY)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst();
    } catch (java.io.IOException | java.io.UncheckedIOException _) {
      return Optional.empty();
    }
  }
}
