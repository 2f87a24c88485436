package dev.gatehouse.server.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends batches of one signal, one after the other, and says once when that begins to fail. */
final class Shipping<T> {
  private static final Logger log = LoggerFactory.getLogger(Shipping.class);
  private static final int PATIENCE_SECONDS = 15;

  private final String what;
  private final OtlpEndpoint to;
  private final Function<Collection<T>, CompletableResultCode> exporter;
  private final LongAdder sent = new LongAdder();
  private final LongAdder lost = new LongAdder();

  /** The sending thread's. */
  private boolean failing;

  Shipping(String what, OtlpEndpoint to, Function<Collection<T>, CompletableResultCode> exporter) {
    this.what = what;
    this.to = to;
    this.exporter = exporter;
  }

  /** Returns when the batch has arrived or is lost. */
  void send(Collection<T> batch) {
    if (batch.isEmpty()) {
      return;
    }
    var result = exporter.apply(batch).join(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (result.isSuccess()) {
      sent.add(batch.size());
      if (failing) {
        log.info("{} arrive at {} again", what, to);
      }
    } else {
      lost.add(batch.size());
      if (!failing) {
        var cause = result.getFailureThrowable();
        log.warn(
            "{} cannot be sent to {}: {}; they are dropped until it answers",
            what,
            to,
            cause == null ? "no answer" : Objects.requireNonNullElse(cause.getMessage(), cause));
      }
    }
    failing = !result.isSuccess();
  }

  long sent() {
    return sent.sum();
  }

  long lost() {
    return lost.sum();
  }
}
