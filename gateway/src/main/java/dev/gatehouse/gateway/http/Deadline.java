package dev.gatehouse.gateway.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A time limit that is set and lifted many times for each time it strikes: setting is two fields,
 * the event loop's timer is touched only when it fires early.
 */
public final class Deadline {
  private final EventLoop loop;
  private @Nullable Runnable action;
  private boolean armed;
  private long due;
  private @Nullable ScheduledFuture<?> timer;
  private long timerAt;

  public Deadline(EventLoop loop) {
    this.loop = loop;
  }

  /** Replaces what was set before. */
  public void in(Duration delay, Runnable then) {
    action = then;
    armed = true;
    due = loop.ticker().nanoTime() + delay.toNanos();
    if (timer == null) {
      schedule(delay.toNanos());
    } else if (timerAt - due > 0) {
      timer.cancel(false);
      schedule(delay.toNanos());
    }
  }

  public void off() {
    armed = false;
    action = null;
  }

  /** Like {@link #off}, and leaves nothing behind in the event loop. */
  public void cancel() {
    off();
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule(long nanos) {
    timerAt = due;
    timer = loop.schedule(this::strike, nanos, TimeUnit.NANOSECONDS);
  }

  private void strike() {
    timer = null;
    if (!armed) {
      return;
    }
    long left = due - loop.ticker().nanoTime();
    if (left > 0) {
      schedule(left);
      return;
    }
    var then = action;
    off();
    if (then != null) {
      then.run();
    }
  }
}
