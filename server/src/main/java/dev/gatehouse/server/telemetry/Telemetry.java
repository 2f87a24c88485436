package dev.gatehouse.server.telemetry;

import dev.gatehouse.gateway.Served;
import dev.gatehouse.gateway.trace.Trace;
import dev.gatehouse.server.monitoring.Belt;
import dev.gatehouse.server.monitoring.Metrics;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends traces and log lines to one endpoint, on threads of its own: taking them costs next to
 * nothing, and what the endpoint does not take in time is dropped and counted.
 */
public final class Telemetry implements BiConsumer<Trace, Served>, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int WAITING_REQUESTS = 16_384;
  private static final int WAITING_LINES = 4_096;
  private static final int REQUESTS_AT_ONCE = 512;
  private static final int LINES_AT_ONCE = 256;

  // Kept, because the logger of a name that nobody holds is forgotten with its level.
  private static final Logger EXPORTERS = Logger.getLogger("io.opentelemetry");

  private final OtlpHttpSpanExporter spanExporter;
  private final OtlpHttpLogRecordExporter logExporter;
  private final Shipping<SpanData> spans;
  private final Shipping<LogRecordData> lines;
  private final Belt<Ended> requests;
  private final Belt<Supplier<LogLine>> logs;

  private record Ended(Trace trace, Served served) {}

  public Telemetry(OtlpEndpoint endpoint) {
    // They speak to the terminal at each fault; Shipping says it once, in our log.
    EXPORTERS.setLevel(Level.OFF);
    var retry =
        RetryPolicy.builder().setMaxAttempts(3).setInitialBackoff(Duration.ofMillis(500)).build();
    var toTraces =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint.of("traces"))
            .setHeaders(endpoint::headers)
            .setConnectTimeout(CONNECT)
            .setTimeout(ANSWER)
            .setRetryPolicy(retry)
            .setMeterProvider(MeterProvider.noop());
    var toLogs =
        OtlpHttpLogRecordExporter.builder()
            .setEndpoint(endpoint.of("logs"))
            .setHeaders(endpoint::headers)
            .setConnectTimeout(CONNECT)
            .setTimeout(ANSWER)
            .setRetryPolicy(retry)
            .setMeterProvider(MeterProvider.noop());
    endpoint
        .authorities()
        .map(pem -> pem.getBytes(StandardCharsets.UTF_8))
        .ifPresent(pem -> {
          toTraces.setTrustedCertificates(pem);
          toLogs.setTrustedCertificates(pem);
        });
    spanExporter = toTraces.build();
    logExporter = toLogs.build();
    spans = new Shipping<>("traces", endpoint, spanExporter::export);
    lines = new Shipping<>("log lines", endpoint, logExporter::export);
    var make = new RequestSpans(gateway());
    requests =
        new Belt<>(
            "traces",
            WAITING_REQUESTS,
            REQUESTS_AT_ONCE,
            batch ->
                spans.send(
                    batch.stream()
                        .<SpanData>mapMulti(
                            (each, to) -> make.of(each.trace(), each.served()).forEach(to))
                        .toList()));
    logs =
        new Belt<>(
            "log-lines",
            WAITING_LINES,
            LINES_AT_ONCE,
            batch -> lines.send(batch.stream().map(Supplier::get).map(Telemetry::line).toList()));
  }

  private static Resource gateway() {
    String version =
        Objects.requireNonNullElse(
            Telemetry.class.getPackage().getImplementationVersion(), "development");
    return Resource.create(
        Attributes.builder()
            .put("service.name", "gatehouse")
            .put("service.version", version)
            .build());
  }

  private static LogRecordData line(LogLine line) {
    var attributes = Attributes.builder();
    line.attributes().forEach(attributes::put);
    return new Line(
        RequestSpans.resource(line.source()),
        RequestSpans.nanos(line.at()),
        line.text(),
        attributes.build());
  }

  @Override
  public void accept(Trace trace, Served served) {
    requests.offer(new Ended(trace, served));
  }

  /** Takes a line that is made later; false when there is no room. */
  public boolean log(Supplier<LogLine> line) {
    return logs.offer(line);
  }

  /** What has been sent and lost. */
  public List<Metrics.Count> counts() {
    return List.of(
        new Metrics.Count("traces_spans_sent", "Spans that the endpoint took.", spans::sent),
        new Metrics.Count("traces_spans_lost", "Spans that it did not take.", spans::lost),
        new Metrics.Count(
            "traces_requests_dropped",
            "Traced requests for which the queue had no room.",
            requests::dropped),
        new Metrics.Count("log_lines_sent", "Log lines that the endpoint took.", lines::sent),
        new Metrics.Count("log_lines_lost", "Log lines that it did not take.", lines::lost),
        new Metrics.Count(
            "log_lines_dropped", "Log lines for which the queue had no room.", logs::dropped));
  }

  /** Sends what waits, for a bounded time. */
  @Override
  public void close() {
    requests.close();
    logs.close();
    spanExporter.close();
    logExporter.close();
  }
}
