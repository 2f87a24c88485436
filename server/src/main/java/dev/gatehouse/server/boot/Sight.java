package dev.gatehouse.server.boot;

import dev.gatehouse.gateway.Watchers;
import dev.gatehouse.gateway.collect.Collected;
import dev.gatehouse.gateway.collect.Collector;
import dev.gatehouse.gateway.trace.Tracing;
import dev.gatehouse.server.collection.CollectedFiles;
import dev.gatehouse.server.collection.CollectedLine;
import dev.gatehouse.server.collection.ModelData;
import dev.gatehouse.server.monitoring.AccessLog;
import dev.gatehouse.server.monitoring.Metrics;
import dev.gatehouse.server.service.Observers;
import dev.gatehouse.server.telemetry.Insights;
import dev.gatehouse.server.telemetry.Telemetry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What looks at requests besides the metrics: access log, traces, collections. */
final class Sight {
  private static final long COPIES = 32L << 20;

  private final List<Metrics.Count> counts = new ArrayList<>();
  private final Watchers watchers;
  private final Insights insights;
  private final Observers observers;

  Sight(Settings settings, DataFolder folder, Clock clock, Closer closer) throws IOException {
    Observation wanted = settings.observation();
    Optional<AccessLog> accessLog = accessLog(settings, clock, closer);
    Optional<Telemetry> telemetry = telemetry(wanted, closer);
    closer.add("model data", new ModelData(folder.modelData(), wanted.keep()));
    var collector =
        new Collector(
            wanted.body(),
            COPIES,
            clock,
            wanted.sent() && telemetry.isPresent()
                ? sending(telemetry.get())
                : writing(folder, wanted, closer));
    counts.add(
        new Metrics.Count(
            "collected_dropped",
            "Requests to be collected for which there was no room.",
            collector::dropped));
    watchers =
        new Watchers(
            accessLog.map(log -> log),
            telemetry.map(to -> new Tracing(wanted.traceSample(), clock, to)),
            Optional.of(collector));
    insights = new Insights(line -> telemetry.ifPresent(to -> to.log(() -> line)), clock);
    observers = new Observers(wanted.collectSample(), insights);
  }

  private Optional<AccessLog> accessLog(Settings settings, Clock clock, Closer closer)
      throws IOException {
    var file = settings.watch().accessLog();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    var log = new AccessLog(file.get(), AccessLog.Bounds.DEFAULT, clock);
    closer.add("access log", log);
    counts.add(
        new Metrics.Count(
            "access_log_dropped", "Lines for which the queue had no room.", log::dropped));
    return Optional.of(log);
  }

  private Optional<Telemetry> telemetry(Observation wanted, Closer closer) throws IOException {
    if (wanted.otlp().isEmpty()) {
      return Optional.empty();
    }
    var telemetry = new Telemetry(wanted.otlp().get().open());
    closer.add("telemetry", telemetry);
    counts.addAll(telemetry.counts());
    return Optional.of(telemetry);
  }

  private static Predicate<Collected> sending(Telemetry to) {
    return collected ->
        to.log(() -> {
          try {
            return CollectedLine.line(collected);
          } finally {
            collected.release();
          }
        });
  }

  private Predicate<Collected> writing(DataFolder folder, Observation wanted, Closer closer) {
    var files = new CollectedFiles(folder.collected(), wanted.keep());
    closer.add("collected requests", files);
    counts.addAll(files.counts());
    return files;
  }

  Watchers watchers() {
    return watchers;
  }

  Insights insights() {
    return insights;
  }

  Observers observers() {
    return observers;
  }

  List<Metrics.Count> counts() {
    return List.copyOf(counts);
  }
}
