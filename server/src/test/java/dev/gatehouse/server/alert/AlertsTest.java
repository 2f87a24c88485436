package dev.gatehouse.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.server.rest.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertsTest {
  private static final Alert ALERT =
      new Alert(
          Instant.parse("2026-01-01T00:00:00Z"), Alert.Kind.RENEWAL_FAILED, "a.test", "It failed.");
  private static final Alerts.Pace QUICK =
      new Alerts.Pace(Duration.ofSeconds(5), List.of(Duration.ofMillis(1), Duration.ofMillis(1)));

  private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
  private final AtomicInteger failing = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private volatile boolean stuck;
  private HttpServer server;
  private Alerts alerts;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          if (stuck) {
            try {
              gate.await();
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            }
          }
          exchange.sendResponseHeaders(failing.getAndDecrement() > 0 ? 503 : 204, -1);
          exchange.close();
        });
    server.start();
    alerts =
        new Alerts(
            Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/key")),
            QUICK);
  }

  @AfterEach
  void stop() {
    gate.countDown();
    alerts.close();
    server.stop(0);
  }

  private static void await(LongSupplier number, long wanted) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (number.getAsLong() != wanted) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(number.getAsLong() + " (expected: " + wanted + ")");
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void postsWhatHappened() throws Exception {
    alerts.accept(ALERT);
    var body = Json.parse(bodies.poll(10, TimeUnit.SECONDS));
    assertThat(body.path("kind").asString()).isEqualTo("certificate.renewal-failed");
    assertThat(body.path("subject").asString()).isEqualTo("a.test");
    assertThat(body.path("message").asString()).isEqualTo("It failed.");
    assertThat(body.path("time").asString()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(body.path("text").asString()).contains("a.test").contains("It failed.");
    await(alerts::sent, 1);
  }

  @Test
  void triesAgainWhenTheReceiverFails() {
    failing.set(2);
    alerts.accept(ALERT);
    await(alerts::sent, 1);
    assertThat(bodies).hasSize(3);
    assertThat(alerts.lost()).isZero();
  }

  @Test
  void givesUpAfterTheLastTryAndGoesOnWithTheNext() {
    failing.set(3);
    alerts.accept(ALERT);
    alerts.accept(ALERT);
    await(alerts::sent, 1);
    assertThat(alerts.lost()).isEqualTo(1);
  }

  @Test
  void neverHoldsUpWhoRaisesAndCountsWhatHasNoRoom() throws Exception {
    stuck = true;
    alerts.accept(ALERT);
    assertThat(bodies.poll(10, TimeUnit.SECONDS)).isNotNull();
    for (int i = 0; i < 300; i++) {
      alerts.accept(ALERT);
    }
    assertThat(alerts.lost()).isEqualTo(300 - 256);
  }

  @Test
  void onlyLogsWithoutAWebhook() {
    try (var silent = new Alerts(Optional.empty(), QUICK)) {
      silent.accept(ALERT);
      assertThat(silent.sent() + silent.lost()).isZero();
    }
  }
}
