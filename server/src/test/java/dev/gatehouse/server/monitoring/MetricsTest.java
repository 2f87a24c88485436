package dev.gatehouse.server.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.Measured;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.server.alert.Alerts;
import dev.gatehouse.server.compute.Platform;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.rest.Router;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final String LABELS = "{host=\"a.test\",service=\"s\",version=\"v\\\"1\"";

  @TempDir Path folder;
  private Platform platform;
  private Alerts alerts;

  private final Router router =
      new Router(_ -> {
        throw new ProblemException(new Problem.Unauthenticated("NoToken", "Send a token."));
      });

  @BeforeEach
  void open() throws Exception {
    platform = new Platform(folder);
    alerts = new Alerts(Optional.empty(), Alerts.Pace.DEFAULT);
  }

  @AfterEach
  void close() {
    alerts.close();
    platform.close();
  }

  private Metrics metrics() {
    var buckets = new java.util.ArrayList<>(Collections.nCopies(Tally.bounds().size() + 1, 0L));
    buckets.set(0, 3L);
    buckets.set(buckets.size() - 1, 1L);
    var counts =
        new Tally.Counts(
            List.of(0L, 3L, 0L, 1L, 0L), buckets, 40.5, new Tally.Times(buckets, 2.5), 0);
    var copies =
        Optional.of(
            new Measured.Copies(
                new Tally.Counts(
                    List.of(0L, 2L, 0L, 0L, 2L), buckets, 0.5, Tally.Counts.NONE.model(), 0),
                6,
                8));
    return new Metrics(
        new Metrics.Sources(
            () -> List.of(new Measured("a.test", "s", "v\"1", 30, 2, 5, 7, counts, copies)),
            () -> List.of(new Metrics.RollOut("s", "v2", "Rolling", 3)),
            platform.certificates,
            alerts,
            List.of(new Metrics.Count("things", "What they are.", () -> 42))),
        platform.clock);
  }

  private String text() {
    var answer = router.handle(Requests.get("/metrics"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().get("Content-Type")).startsWith("text/plain; version=0.0.4");
    return Requests.text(answer);
  }

  @Test
  void showHowServicesDo() throws Exception {
    metrics().addTo(router, true);
    assertThat(text())
        .contains("gatehouse_requests_total" + LABELS + ",code=\"2xx\"} 3\n")
        .contains("gatehouse_requests_total" + LABELS + ",code=\"4xx\"} 1\n")
        .contains("gatehouse_request_duration_seconds_bucket" + LABELS + ",le=\"0.001\"} 3\n")
        .contains("gatehouse_request_duration_seconds_bucket" + LABELS + ",le=\"+Inf\"} 4\n")
        .contains("gatehouse_request_duration_seconds_sum" + LABELS + "} 40.5\n")
        .contains("gatehouse_request_duration_seconds_count" + LABELS + "} 4\n")
        .contains("gatehouse_model_duration_seconds_sum" + LABELS + "} 2.5\n")
        .contains("gatehouse_model_duration_seconds_bucket" + LABELS + ",le=\"0.001\"} 3\n")
        .contains("gatehouse_traffic_percent" + LABELS + "} 30\n")
        .contains("gatehouse_mirror_requests_total" + LABELS + ",code=\"5xx\"} 2\n")
        .contains("gatehouse_mirror_request_duration_seconds_sum" + LABELS + "} 0.5\n")
        .contains("gatehouse_mirror_dropped_total" + LABELS + ",reason=\"busy\"} 6\n")
        .contains("gatehouse_mirror_dropped_total" + LABELS + ",reason=\"large\"} 8\n")
        .contains("gatehouse_rollout_state{service=\"s\",version=\"v2\",state=\"Rolling\"} 1\n")
        .contains("gatehouse_rollout_step{service=\"s\",version=\"v2\"} 3\n")
        .contains("gatehouse_replicas" + LABELS + "} 2\n")
        .contains("gatehouse_requests_in_flight" + LABELS + "} 5\n")
        .contains("gatehouse_requests_queued" + LABELS + "} 7\n");
  }

  @Test
  void showHowCertificatesStand() throws Exception {
    platform.certificates.ensureIssued("o", "a.local.gatehouse.test");
    metrics().addTo(router, true);
    String labels = "{host=\"a.local.gatehouse.test\",source=\"platform\"} ";
    assertThat(text())
        .containsPattern("gatehouse_certificate_days_left\\{host=\"a[^\n]*} (89|90)")
        .contains("gatehouse_certificate_last_renewal_success" + labels + "1\n")
        .contains("gatehouse_certificate_renewal_failures" + labels + "0\n")
        .contains("gatehouse_certificate_next_renewal_seconds" + labels)
        .contains("gatehouse_certificate_not_after_seconds" + labels)
        .contains("gatehouse_certificate_predecessors" + labels + "0\n")
        .containsPattern(
            "gatehouse_certificate_info\\{host=\"a[^\n]*issued_by=\"embedded\",profile=\"\","
                + "serial=\"[0-9a-f]+\",key_type=\"[^\"]*P-256\",names=\"a.local[^\n]*} 1\n");
  }

  @Test
  void showTheProcessInLinesThatPrometheusReads() throws Exception {
    metrics().addTo(router, true);
    assertThat(text())
        .contains("gatehouse_build_info{version=")
        .contains("process_resident_memory_bytes ")
        .endsWith("\n");
    assertThat(text().lines())
        .allMatch(line ->
            line.matches(
                "# (HELP|TYPE) [a-z_]+ .*|[a-z_]+(\\{([a-z_]+=\"([^\"\\\\]|\\\\.)*\",?)+})? [-0-9.E]+"));
  }

  @Test
  void wantATokenUnlessTheyAreOpen() throws Exception {
    metrics().addTo(router, false);
    assertThat(router.handle(Requests.get("/metrics")).status()).isEqualTo(401);
  }
}
