package dev.gatehouse.gateway.proxy;

import dev.gatehouse.gateway.admission.Entry;
import dev.gatehouse.gateway.admission.Slot;
import dev.gatehouse.gateway.admission.Waiter;
import dev.gatehouse.gateway.http.Asked;
import dev.gatehouse.gateway.http.Exchange;
import dev.gatehouse.gateway.http.Front;
import dev.gatehouse.gateway.http.Refusal;
import dev.gatehouse.gateway.trace.Trace;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Streams one request to a replica and its answer back. A model's request is let in when its body
 * is here or has grown past {@link Body#KEPT}, so that a slow client occupies no replica.
 */
public final class ProxyExchange implements Exchange, Waiter, Upstream.Listener {
  /** How long a replica may be silent in the middle of an answer. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS");

  private final Front front;
  private final Lane lane;
  private Errand errand;
  private final HttpRequest request;
  private final Body body = new Body();
  private Stage stage = Stage.GATHERING;
  private @Nullable Slot slot;
  private @Nullable Slot avoid;
  private @Nullable Upstream upstream;
  private @Nullable Refusal fault;
  private boolean keepAlive;

  private enum Stage {
    GATHERING,
    QUEUED,
    CONNECTING,
    SENDING,
    ANSWERING,
    OVER
  }

  private ProxyExchange(Front front, Lane lane, Errand errand, HttpRequest request) {
    this.front = front;
    this.lane = lane;
    this.errand = errand;
    this.request = request;
  }

  /** Begins at once if the other side is no model. */
  public static ProxyExchange begin(
      Front front, Lane lane, Errand errand, Asked asked, String path) {
    var exchange = new ProxyExchange(front, lane, errand, Hops.forward(asked, path));
    if (!errand.model()) {
      exchange.enter();
    }
    return exchange;
  }

  private void enter() {
    stage = Stage.QUEUED;
    front.witness().mark(Trace.Moment.QUEUED);
    front.reading(body.complete());
    switch (errand.enter(this, avoid)) {
      case Slot free -> connect(free);
      case Entry.Queued _ -> front.deadline().in(errand.queueWait(), this::waitedEnough);
      case Entry.Full _ -> refuse(errand.overloaded());
      case Entry.Absent absent -> leave(absent.reason());
    }
  }

  private void waitedEnough() {
    // If it can't be withdrawn, the grant is on its way.
    if (stage == Stage.QUEUED && errand.line().withdraw(this)) {
      refuse(errand.overloaded());
    }
  }

  @Override
  public void granted(Slot free) {
    lane.loop()
        .execute(() -> {
          if (stage == Stage.QUEUED) {
            connect(free);
          } else {
            free.leave();
          }
        });
  }

  @Override
  public void refused(String reason) {
    lane.loop()
        .execute(() -> {
          if (stage == Stage.QUEUED) {
            leave(reason);
          }
        });
  }

  /** A version that goes while a request still waits for it costs nobody an answer. */
  private void leave(String reason) {
    Optional<Errand> other = avoid == null ? errand.elsewhere().get() : Optional.empty();
    other.ifPresentOrElse(this::move, () -> refuse(errand.notReady(reason)));
  }

  private void move(Errand other) {
    errand = other;
    front.deadline().off();
    enter();
  }

  /** The first fault is the one that the client hears of. */
  private void refuse(Refusal refusal) {
    var told = fault == null ? refusal : fault;
    end();
    front.refuse(told);
  }

  private void connect(Slot free) {
    front.deadline().off();
    front.witness().mark(Trace.Moment.TAKEN);
    stage = Stage.CONNECTING;
    slot = free;
    var idle = lane.idle(free);
    if (idle != null) {
      send(idle);
    } else {
      lane.connect(free).addListener((ChannelFuture done) -> connected(free, done));
    }
  }

  private void connected(Slot to, ChannelFuture done) {
    var made = done.isSuccess() ? done.channel().pipeline().get(Upstream.class) : null;
    if (stage != Stage.CONNECTING) {
      if (made != null) {
        lane.keep(to, made);
      }
    } else if (made == null) {
      tryAgain(errand.unreachable(), false);
    } else {
      send(made);
    }
  }

  private void send(Upstream to) {
    stage = Stage.SENDING;
    upstream = to;
    to.work(this);
    to.write(request);
    body.sendHeld(to);
    to.flush();
    if (upstream == to) {
      sent(to);
    }
  }

  private void sent(Upstream to) {
    front.reading(body.complete() || to.writable());
    if (body.complete() && stage == Stage.SENDING) {
      front.deadline().in(errand.timeout(), () -> refuse(errand.late()));
    }
  }

  @Override
  public void body(HttpContent part) {
    var to = upstream;
    switch (stage) {
      case OVER -> part.release();
      case GATHERING -> {
        body.hold(part);
        if (body.complete() || body.large()) {
          enter();
        }
      }
      case QUEUED, CONNECTING -> {
        body.hold(part);
        front.reading(body.complete());
      }
      case SENDING, ANSWERING -> {
        if (to == null) {
          part.release();
          return;
        }
        body.send(part, to);
        if (body.complete()) {
          sent(to);
        }
      }
    }
  }

  @Override
  public void bodyPaused() {
    if (upstream != null) {
      upstream.flush();
      if (upstream != null) {
        front.reading(body.complete() || upstream.writable());
      }
    }
  }

  @Override
  public void writable(boolean now) {
    if (upstream != null) {
      upstream.reading(now);
    }
  }

  @Override
  public void requestWritable(boolean now) {
    front.reading(body.complete() || now);
  }

  @Override
  public void answerHead(HttpResponse head) {
    stage = Stage.ANSWERING;
    if (errand.model()) {
      ModelTime.in(head.headers()).ifPresent(front.witness()::modelTook);
    }
    front.deadline().in(SILENCE, () -> refuse(errand.broken()));
    body.letGo();
    keepAlive = HttpUtil.isKeepAlive(head);
    front.witness().mark(Trace.Moment.ANSWERED);
    front.witness().ran(head.headers());
    Hops.strip(head.headers());
    if (errand.model() && head.status().code() == 500) {
      head.setStatus(HttpResponseStatus.BAD_GATEWAY);
    }
    front.answer(head);
  }

  @Override
  public void answerPart(HttpContent part) {
    if (part instanceof LastHttpContent) {
      // The front may take up the next request while it writes this part.
      handBack();
      front.part(part);
      front.flush();
      return;
    }
    front.deadline().in(SILENCE, () -> refuse(errand.broken()));
    front.part(part);
    if (upstream != null && !front.writable()) {
      upstream.reading(false);
    }
  }

  private void handBack() {
    var done = upstream;
    var place = slot;
    if (done != null && place != null && keepAlive && body.complete()) {
      upstream = null;
      lane.keep(place, done);
    }
    end();
  }

  @Override
  public void answerPaused() {
    front.flush();
  }

  @Override
  public void broken() {
    boolean stale = upstream != null && upstream.used();
    upstream = null;
    switch (stage) {
      case SENDING -> tryAgain(errand.broken(), stale);
      case ANSWERING -> refuse(errand.broken());
      case GATHERING, QUEUED, CONNECTING, OVER -> {}
    }
  }

  /**
   * A connection that was kept open may have been closed at the other end: no fault of the replica.
   */
  private void tryAgain(Refusal why, boolean stale) {
    boolean untouched = stage == Stage.CONNECTING;
    var failed = slot;
    slot = null;
    if (failed != null) {
      if (!stale) {
        failed.suspect();
      }
      failed.leave();
    }
    boolean repeatable =
        untouched || errand.model() || IDEMPOTENT.contains(request.method().name());
    if (fault != null || body.lost() || !repeatable) {
      refuse(why);
      return;
    }
    fault = why;
    avoid = stale ? null : failed;
    enter();
  }

  @Override
  public void gone() {
    end();
  }

  private void end() {
    if (stage == Stage.QUEUED) {
      errand.line().withdraw(this);
    }
    stage = Stage.OVER;
    front.deadline().off();
    body.letGo();
    if (upstream != null) {
      upstream.close();
      upstream = null;
    }
    if (slot != null) {
      slot.leave();
      slot = null;
    }
  }
}
