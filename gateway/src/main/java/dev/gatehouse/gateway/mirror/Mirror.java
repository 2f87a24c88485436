package dev.gatehouse.gateway.mirror;

import dev.gatehouse.gateway.Measured;
import dev.gatehouse.gateway.http.Exchange;
import dev.gatehouse.gateway.http.Front;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.gateway.proxy.Workbench;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The copies that one version gets: how many there may be, and what became of them. */
public final class Mirror {
  /** Copies of one version that may be gathered or under way at a time. */
  static final int COPIES = 64;

  /** Bytes of body up to which a request is copied. */
  static final int LARGEST = 1 << 20;

  private final Tally tally;
  private final AtomicLong turn = new AtomicLong();
  private final AtomicInteger underWay = new AtomicInteger();
  private final LongAdder busy = new LongAdder();
  private final LongAdder large = new LongAdder();

  public Mirror(String service, String version) {
    this.tally = new Tally(service, version);
  }

  /** Counts the requests of which some are copied. */
  public AtomicLong turn() {
    return turn;
  }

  /**
   * The exchange with a copy of its request beside it, or alone when too many are under way.
   *
   * @param bench whose memory the copy takes
   * @param begin begins the exchange of the copy; may throw a refusal
   */
  public Exchange alongside(
      Exchange real, EventLoop loop, Workbench bench, Function<Front, Exchange> begin) {
    if (underWay.incrementAndGet() > COPIES) {
      underWay.decrementAndGet();
      busy.increment();
      return real;
    }
    return new Alongside(real, this, new CopyFront(loop, this, bench), begin);
  }

  public Measured.Copies measure() {
    return new Measured.Copies(tally.counts(), busy.sum(), large.sum());
  }

  Tally tally() {
    return tally;
  }

  void tooBusy() {
    busy.increment();
  }

  void tooLarge() {
    large.increment();
  }

  void ended() {
    underWay.decrementAndGet();
  }
}
