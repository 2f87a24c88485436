package dev.gatehouse.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one request at a time through its exchange, whatever the client's protocol. */
abstract sealed class FrontHandler extends ChannelInboundHandlerAdapter implements Front
    permits H1Front, H2Front {
  private static final Logger LOG = LoggerFactory.getLogger(FrontHandler.class);

  /** A body that nobody wants is read to its end up to this size to keep the connection. */
  private static final long CHEAP_REST = 64 * 1024;

  /** How long a client may go on sending after an answer, so that it gets to read it. */
  static final Duration LINGER = Duration.ofSeconds(5);

  final Entrance entrance;
  final Deadline patience;
  private final Channel channel;
  private final Reception reception;
  private final Asked.Peer peer;
  private final Account account;
  private final Deadline exchangeDeadline;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private boolean requestDone = true;
  private boolean answerBegun;
  private boolean answerDone = true;
  private boolean bodyWanted = true;
  private long declared;
  private long received;
  private long limit;

  FrontHandler(Entrance entrance, Channel channel, Asked.Peer peer) {
    this.entrance = entrance;
    this.channel = channel;
    this.reception = entrance.reception(channel.eventLoop());
    this.peer = peer;
    this.account = new Account(entrance, peer);
    this.patience = new Deadline(channel.eventLoop());
    this.exchangeDeadline = new Deadline(channel.eventLoop());
  }

  /** Sets what the client's protocol needs on the head of an answer. */
  abstract void frame(HttpResponse head);

  /** Sets the limit for a time without a request. */
  abstract void rest();

  /** Request and answer are both at their end. */
  abstract void finished();

  /** The answer is at its end, but the request is not and nobody wants the rest. */
  abstract void answeredEarly();

  /** Breaks off so that the client can't take the answer for whole. */
  abstract void abort();

  /** The request can't be parsed: what follows it on the connection can't be trusted. */
  abstract void distrust();

  final ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  final boolean free() {
    return requestDone && answerDone;
  }

  final boolean requestDone() {
    return requestDone;
  }

  /** Whether the rest of a body that nobody wants is small enough to read it to its end. */
  final boolean restIsCheap() {
    return declared >= 0 && declared - received <= CHEAP_REST;
  }

  final boolean bodyWanted() {
    return bodyWanted;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
  }

  final void take(Object message) {
    switch (message) {
      case FullHttpRequest unreadable when unreadable.decoderResult().isFailure() -> {
        begin(headOf(unreadable));
        unreadable.release();
      }
      case FullHttpRequest whole -> {
        begin(headOf(whole));
        body(new DefaultLastHttpContent(whole.content(), whole.trailingHeaders()));
      }
      case HttpRequest request -> begin(request);
      case HttpContent part -> body(part);
      default -> ReferenceCountUtil.release(message);
    }
  }

  /** Exchanges are given head and body apart. */
  private static HttpRequest headOf(FullHttpRequest whole) {
    var head =
        new DefaultHttpRequest(
            whole.protocolVersion(), whole.method(), whole.uri(), whole.headers());
    head.setDecoderResult(whole.decoderResult());
    return head;
  }

  void begin(HttpRequest request) {
    requestDone = false;
    answerBegun = false;
    answerDone = false;
    bodyWanted = true;
    received = 0;
    limit = Long.MAX_VALUE;
    declared = Framing.UNKNOWN;
    account.open();
    patience.in(entrance.timeouts().stall(), this::stalled);
    Asked asked;
    try {
      if (request.decoderResult().isFailure()) {
        // The decoder gives nothing more of it.
        requestDone = true;
        throw Framing.unreadable(request.decoderResult().cause());
      }
      declared = Framing.check(request);
      asked = Asked.check(request, peer, account.name(request));
      account.asked(asked);
    } catch (Refusal refusal) {
      distrust();
      refuse(refusal);
      return;
    }
    accept(asked);
  }

  private void accept(Asked asked) {
    try {
      boolean waits = Framing.takeExpectation(asked.request());
      var accepted = reception.accept(asked, this);
      if (answerDone) {
        accepted.over();
      } else {
        exchange = accepted;
        if (waits) {
          context()
              .writeAndFlush(
                  new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
      }
    } catch (Refusal refusal) {
      refuse(refusal);
    } catch (RuntimeException e) {
      LOG.error("request {}: fault of the gateway", account.id(), e);
      refuse(
          new Refusal(
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              "The gateway failed at this request; its log says why under the id "
                  + account.id()
                  + "."));
    }
  }

  private void body(HttpContent part) {
    boolean last = part instanceof LastHttpContent;
    if (part.decoderResult().isFailure()) {
      part.release();
      requestDone = true;
      distrust();
      reject(Framing.unreadable(part.decoderResult().cause()));
      return;
    }
    received += part.content().readableBytes();
    account.requestPart(part);
    if (received > limit) {
      reject(tooLarge());
    }
    if (last) {
      requestDone = true;
      patience.off();
    } else {
      patience.in(entrance.timeouts().stall(), this::stalled);
    }
    if (exchange != null) {
      exchange.body(part);
    } else {
      part.release();
      if (last && answerDone) {
        finished();
      }
    }
  }

  private void stalled() {
    if (!requestDone && !bodyWanted) {
      patience.in(entrance.timeouts().stall(), this::stalled);
      return;
    }
    distrust();
    reject(
        new Refusal(
            HttpResponseStatus.REQUEST_TIMEOUT,
            "No byte of the request's body came for "
                + entrance.timeouts().stall().toSeconds()
                + " s."));
  }

  private void reject(Refusal refusal) {
    var left = exchange;
    exchange = null;
    if (left != null) {
      left.gone();
    }
    refuse(refusal);
  }

  @Override
  public final void refuse(Refusal refusal) {
    leave();
    if (answerDone) {
      return;
    }
    if (answerBegun) {
      account.close(refusal.status().code());
      abort();
      return;
    }
    var answer = Answers.of(refusal);
    answer.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    answer(answer);
    flush();
  }

  @Override
  public final void answer(HttpResponse head) {
    answerBegun = true;
    account.head(head);
    frame(head);
    context().write(head, context().voidPromise());
    if (head instanceof LastHttpContent) {
      ended();
    }
  }

  @Override
  public final void part(HttpContent part) {
    boolean last = part instanceof LastHttpContent;
    account.part(part);
    context().write(part, context().voidPromise());
    if (last) {
      ended();
    }
  }

  private void ended() {
    account.close();
    answerDone = true;
    leave();
    bodyWanted = true;
    exchangeDeadline.off();
    if (requestDone) {
      finished();
    } else {
      answeredEarly();
    }
    updateReading();
  }

  private void leave() {
    var left = exchange;
    exchange = null;
    if (left != null) {
      left.over();
    }
  }

  @Override
  public final void flush() {
    context().flush();
  }

  @Override
  public final EventLoop loop() {
    return channel.eventLoop();
  }

  @Override
  public final boolean writable() {
    return channel.isWritable();
  }

  @Override
  public final void reading(boolean on) {
    if (bodyWanted != on && !answerDone) {
      bodyWanted = on;
      updateReading();
    }
  }

  void updateReading() {
    channel.config().setAutoRead(bodyWanted);
  }

  @Override
  public final void limit(long bytes) {
    limit = bytes;
    if (declared > bytes) {
      throw tooLarge();
    }
  }

  private Refusal tooLarge() {
    return new Refusal(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        "The request's body is larger than " + limit + " bytes, which is the most taken here.");
  }

  @Override
  public final Deadline deadline() {
    return exchangeDeadline;
  }

  @Override
  public final void adorn(Consumer<HttpHeaders> headers) {
    account.adorn(headers);
  }

  @Override
  public final Witness witness() {
    return account;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (exchange != null) {
      exchange.bodyPaused();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    boolean now = channel.isWritable();
    if (!now) {
      patience.in(entrance.timeouts().stall(), this::abort);
    } else if (free()) {
      rest();
    } else if (answerDone) {
      answeredEarly();
    } else if (requestDone) {
      patience.off();
    } else {
      patience.in(entrance.timeouts().stall(), this::stalled);
    }
    if (exchange != null) {
      exchange.writable(now);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    var left = exchange;
    exchange = null;
    account.close(Account.LEFT);
    answerDone = true;
    requestDone = true;
    patience.cancel();
    exchangeDeadline.cancel();
    if (left != null) {
      left.gone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection from {}: broken", peer.address(), cause);
    context.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    take(message);
  }
}
