package dev.gatehouse.gateway.mirror;

import dev.gatehouse.gateway.DataCollection;
import dev.gatehouse.gateway.http.Deadline;
import dev.gatehouse.gateway.http.Exchange;
import dev.gatehouse.gateway.http.Front;
import dev.gatehouse.gateway.http.Refusal;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.gateway.http.Witness;
import dev.gatehouse.gateway.proxy.Workbench;
import dev.gatehouse.gateway.trace.Trace;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The asking side of a copy: counts the answer and drops it. */
final class CopyFront implements Front {
  private static final Logger LOG = LoggerFactory.getLogger(CopyFront.class);

  private final EventLoop loop;
  private final Mirror mirror;
  private final Workbench bench;
  private final Deadline deadline;
  private long reserved;
  private long began;
  private int status;
  private boolean ended;

  CopyFront(EventLoop loop, Mirror mirror, Workbench bench) {
    this.loop = loop;
    this.mirror = mirror;
    this.bench = bench;
    this.deadline = new Deadline(loop);
  }

  boolean reserve(int bytes) {
    if (!bench.reserve(bytes)) {
      return false;
    }
    reserved += bytes;
    return true;
  }

  /** Owns the parts. */
  void run(Function<Front, Exchange> begin, List<HttpContent> parts) {
    began = System.nanoTime();
    int given = 0;
    try {
      var exchange = begin.apply(this);
      for (var part : parts) {
        given++;
        exchange.body(part);
      }
      exchange.bodyPaused();
    } catch (Refusal refusal) {
      refuse(refusal);
    } catch (RuntimeException e) {
      LOG.error("copy of a request: fault of the gateway", e);
      finish(HttpResponseStatus.INTERNAL_SERVER_ERROR.code());
    } finally {
      parts.subList(given, parts.size()).forEach(HttpContent::release);
    }
  }

  @Override
  public void answer(HttpResponse head) {
    status = head.status().code();
    ReferenceCountUtil.release(head);
    if (head instanceof LastHttpContent) {
      finish(status);
    }
  }

  @Override
  public void part(HttpContent part) {
    part.release();
    if (part instanceof LastHttpContent) {
      finish(status);
    }
  }

  @Override
  public void refuse(Refusal refusal) {
    if (!ended && status == 0 && refusal.status().equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
      mirror.tooBusy();
      end();
    } else {
      finish(refusal.status().code());
    }
  }

  private void finish(int how) {
    if (!ended) {
      mirror.tally().add(how, System.nanoTime() - began);
      end();
    }
  }

  /** Gives back what the copy has taken; the first time counts. */
  void end() {
    if (!ended) {
      ended = true;
      deadline.cancel();
      bench.giveBack(reserved);
      mirror.ended();
    }
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public Deadline deadline() {
    return deadline;
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public void flush() {}

  @Override
  public void reading(boolean on) {}

  @Override
  public void limit(long bytes) {}

  @Override
  public void adorn(Consumer<HttpHeaders> headers) {}

  /** Copies are neither traced nor collected. */
  @Override
  public Witness witness() {
    return new Witness() {
      @Override
      public void modelTook(long nanos) {
        mirror.tally().modelTook(nanos);
      }

      @Override
      public void count(Tally tally) {}

      @Override
      public void trace(boolean always) {}

      @Override
      public void propagate() {}

      @Override
      public void mark(Trace.Moment moment) {}

      @Override
      public void ran(HttpHeaders answer) {}

      @Override
      public void collect(DataCollection collection) {}
    };
  }
}
