package dev.gatehouse.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Served;
import dev.gatehouse.gateway.trace.Trace;
import dev.gatehouse.gateway.trace.Tracing;
import dev.gatehouse.server.monitoring.Metrics;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TelemetryTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final LogLine LINE =
      new LogLine(new LogLine.Source("wine", "v2"), NOW, "printed", Map.of("a", "b"));

  private static Trace trace() {
    return new Tracing(1, InstantSource.fixed(NOW), (_, _) -> {})
        .begin(new DefaultHttpHeaders(), false, System.nanoTime())
        .orElseThrow();
  }

  static Served served(int status) {
    return new Served(
        "192.0.2.1",
        "TLSv1.3",
        "a.test",
        "a.test",
        "wine",
        "v2",
        "POST",
        "/api/v1/service/wine/score",
        status,
        17,
        42,
        60_000_000_000L,
        "id1",
        "t");
  }

  private static long count(Telemetry telemetry, String name) {
    return telemetry.counts().stream()
        .filter(count -> count.name().equals(name))
        .mapToLong(count -> count.value().getAsLong())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void sendsSpansAndLinesWithTheHeadersThatTheEndpointWants() throws Exception {
    try (var receiver = new Receiver()) {
      var telemetry = new Telemetry(receiver.endpoint());
      telemetry.accept(trace(), served(200));
      telemetry.log(() -> LINE);
      telemetry.close();
      for (int i = 0; i < 2; i++) {
        var post = receiver.posts.poll(10, TimeUnit.SECONDS);
        assertThat(post.type()).isEqualTo("application/x-protobuf");
        assertThat(post.key()).isEqualTo("opensesame");
        String body = new String(post.body(), StandardCharsets.ISO_8859_1);
        assertThat(body).contains(post.path().equals("/in/v1/logs") ? "printed" : "http.route");
      }
      assertThat(count(telemetry, "traces_spans_sent")).isEqualTo(1);
      assertThat(count(telemetry, "log_lines_sent")).isEqualTo(1);
    }
  }

  @Test
  void countsWhatTheEndpointDoesNotTake() throws Exception {
    try (var receiver = new Receiver()) {
      receiver.status = 400;
      var telemetry = new Telemetry(receiver.endpoint());
      telemetry.accept(trace(), served(200));
      telemetry.close();
      assertThat(count(telemetry, "traces_spans_lost")).isEqualTo(1);
    }
  }

  @Test
  void dropsWhatComesAfterItsEnd() throws Exception {
    try (var receiver = new Receiver()) {
      var telemetry = new Telemetry(receiver.endpoint());
      telemetry.close();
      telemetry.accept(trace(), served(200));
      assertThat(telemetry.log(() -> LINE)).isFalse();
      assertThat(telemetry.counts())
          .filteredOn(count -> count.value().getAsLong() == 1)
          .extracting(Metrics.Count::name)
          .containsExactly("traces_requests_dropped", "log_lines_dropped");
    }
  }

  @Test
  void namesNoSecretOfItsEndpoint() throws Exception {
    try (var receiver = new Receiver()) {
      assertThat(receiver.endpoint().toString())
          .startsWith("http://127.0.0.1:")
          .doesNotContain("opensesame");
    }
  }

  @Test
  void sendsLinesOfThoseThatItFollowsOnly() {
    var heard = new java.util.ArrayList<LogLine>();
    var insights = new Insights(heard::add, InstantSource.fixed(NOW));
    insights.line("op1-v2", "before");
    insights.follow("s1", Map.of("op1-v2", new LogLine.Source("wine", "v2")));
    insights.line("op1-v2", "x".repeat(100_000));
    insights.line("op2-v2", "of another");
    insights.follow("s1", Map.of());
    insights.line("op1-v2", "after");
    assertThat(heard).hasSize(1);
    assertThat(heard.getFirst().text()).hasSize(64 * 1024);
    assertThat(heard.getFirst().source().version()).isEqualTo("v2");
  }
}
