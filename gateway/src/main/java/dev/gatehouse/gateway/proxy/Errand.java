package dev.gatehouse.gateway.proxy;

import dev.gatehouse.gateway.admission.Entry;
import dev.gatehouse.gateway.admission.Line;
import dev.gatehouse.gateway.admission.Slot;
import dev.gatehouse.gateway.admission.Waiter;
import dev.gatehouse.gateway.http.Refusal;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange needs to know of the one it asks.
 *
 * @param who for sentences, such as {@code service diabetes}
 * @param elsewhere asked when the line has nobody left before anything was sent: who else can
 *     answer; empty from one that was found so, for nobody moves twice
 * @param model whether a model answers: then its 500 is a 502, and a broken try may be repeated
 */
public record Errand(
    String who,
    Line line,
    Duration queueWait,
    Duration timeout,
    boolean model,
    Supplier<Optional<Errand>> elsewhere) {

  /** Queues only for somebody who waits. */
  Entry enter(Waiter waiter, @Nullable Slot avoid) {
    return queueWait.isZero() ? line.enterAtOnce(avoid) : line.enter(waiter, avoid);
  }

  Refusal overloaded() {
    return Refusal.busy("Too many requests for " + who + " (overloaded)");
  }

  /** The 503 for a version without replicas. */
  public Refusal notReady(String reason) {
    return Refusal.busy("No ready replicas for " + who + ": " + reason);
  }

  Refusal late() {
    return new Refusal(
        HttpResponseStatus.GATEWAY_TIMEOUT,
        "No answer of " + who + " within " + timeout.toMillis() + " ms.");
  }

  Refusal unreachable() {
    return model
        ? new Refusal(
            HttpResponseStatus.BAD_GATEWAY, "No replica of " + who + " can be connected to.")
        : Refusal.busy("Now " + who + " can't be reached; it may be restarting.");
  }

  Refusal broken() {
    return new Refusal(
        HttpResponseStatus.BAD_GATEWAY,
        (model ? "The replica of " : "Now ") + who + " broke off before it had answered.");
  }
}
