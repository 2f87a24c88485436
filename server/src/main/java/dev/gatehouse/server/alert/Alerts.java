package dev.gatehouse.server.alert;

import dev.gatehouse.server.rest.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each alert at once and posts it to the webhook from a thread of its own; who raises one
 * never waits, and an alert for which the queue has no room is counted as lost.
 */
public final class Alerts implements Consumer<Alert>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Alerts.class);
  private static final int WAITING = 256;
  private static final int MULTIPLE_CHOICES = 300;

  private final Optional<URI> webhook;
  private final Pace pace;
  private final BlockingQueue<Alert> queue = new ArrayBlockingQueue<>(WAITING);
  private final LongAdder sent = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final HttpClient client;
  private final Thread worker;

  /**
   * How long one try may take, and the pauses before each of the further ones.
   *
   * @param pauses as many as there are further tries
   */
  public record Pace(Duration timeout, List<Duration> pauses) {
    /** Four tries within half a minute or so. */
    public static final Pace DEFAULT =
        new Pace(
            Duration.ofSeconds(10),
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(25)));

    public Pace {
      pauses = List.copyOf(pauses);
    }
  }

  /** Without a webhook alerts are only logged. */
  public Alerts(Optional<URI> webhook, Pace pace) {
    this.webhook = webhook;
    this.pace = pace;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(pace.timeout())
            .build();
    this.worker = Thread.ofVirtual().name("alerts").unstarted(this::work);
    if (webhook.isPresent()) {
      worker.start();
    }
  }

  @Override
  public void accept(Alert alert) {
    log.warn("alert {}: {}: {}", alert.kind().word(), alert.subject(), alert.message());
    if (webhook.isPresent() && !queue.offer(alert)) {
      lost.increment();
    }
  }

  /** Alerts that the webhook took. */
  public long sent() {
    return sent.sum();
  }

  /** Alerts that the webhook did not get. */
  public long lost() {
    return lost.sum();
  }

  private void work() {
    try {
      while (true) {
        deliver(queue.take());
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  private void deliver(Alert alert) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(webhook.orElseThrow())
            .timeout(pace.timeout())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(alert)))
            .build();
    String fault = post(request);
    for (Duration pause : pace.pauses()) {
      if (fault.isEmpty()) {
        break;
      }
      Thread.sleep(pause);
      fault = post(request);
    }
    if (fault.isEmpty()) {
      sent.increment();
    } else {
      lost.increment();
      // Only the host: a webhook's path is often its secret.
      log.warn(
          "the webhook at {} did not take the alert about {}: {}",
          request.uri().getHost(),
          alert.subject(),
          fault);
    }
  }

  /** What went wrong, or nothing. */
  private String post(HttpRequest request) throws InterruptedException {
    try {
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status < MULTIPLE_CHOICES ? "" : "it answered " + status;
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static String body(Alert alert) {
    return Json.object()
        .put("time", alert.time().toString())
        .put("kind", alert.kind().word())
        .put("subject", alert.subject())
        .put("message", alert.message())
        // What chat services show.
        .put("text", "Gatehouse: " + alert.subject() + ": " + alert.message())
        .toString();
  }

  @Override
  public void close() {
    worker.interrupt();
    client.shutdownNow();
  }
}
