package dev.gatehouse.gateway.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/** One HTTP/1.1 connection: requests in turn, also when the client sends them ahead. */
final class H1Front extends FrontHandler {
  private final H1Codec codec;
  private final Queue<Object> ahead = new ArrayDeque<>();
  private boolean draining;
  private boolean headBegun;
  private boolean modern = true;
  private boolean closing;

  H1Front(Entrance entrance, Channel channel, Asked.Peer peer, H1Codec codec) {
    super(entrance, channel, peer);
    this.codec = codec;
    codec.onBytes(this::bytes);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    super.handlerAdded(context);
    awaitRequest();
  }

  private void awaitRequest() {
    headBegun = false;
    patience.in(entrance.timeouts().idle(), this::abort);
  }

  private void bytes() {
    if (!headBegun && free() && !closing) {
      headBegun = true;
      patience.in(entrance.timeouts().head(), this::headLate);
    }
  }

  private void headLate() {
    closing = true;
    var refusal =
        new Refusal(
            HttpResponseStatus.REQUEST_TIMEOUT,
            "The request's headers did not come within "
                + entrance.timeouts().head().toSeconds()
                + " s.");
    var answer = Answers.of(refusal);
    answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    context().writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ahead.add(message);
    drain();
  }

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (!ahead.isEmpty() && (free() || !(ahead.peek() instanceof HttpRequest))) {
        Object message = ahead.remove();
        if (closing && free()) {
          ReferenceCountUtil.release(message);
        } else {
          super.channelRead(context(), message);
        }
      }
    } finally {
      draining = false;
    }
    updateReading();
  }

  @Override
  void begin(HttpRequest request) {
    headBegun = true;
    modern = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    closing = !modern || !HttpUtil.isKeepAlive(request);
    codec.answersHead(HttpMethod.HEAD.equals(request.method()));
    super.begin(request);
  }

  @Override
  void frame(HttpResponse head) {
    head.setProtocolVersion(HttpVersion.HTTP_1_1);
    var headers = head.headers();
    boolean bodyless =
        head.status().code() == 204 || head.status().code() == 304 || codec.answersHead();
    boolean sized = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    if (!bodyless && !sized) {
      if (modern) {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      } else {
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        closing = true;
      }
    }
    boolean restTooLong = !requestDone() && head instanceof LastHttpContent && !restIsCheap();
    if (restTooLong || entrance.closing()) {
      closing = true;
    }
    if (closing) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  @Override
  void rest() {
    if (closing) {
      patience.in(LINGER, this::abort);
    } else {
      awaitRequest();
    }
  }

  @Override
  void finished() {
    if (closing || entrance.closing()) {
      closing = true;
      rest();
      context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    awaitRequest();
    drain();
  }

  @Override
  void answeredEarly() {
    closing |= !restIsCheap();
    patience.in(LINGER, this::abort);
  }

  @Override
  void abort() {
    context().close();
  }

  @Override
  void distrust() {
    closing = true;
  }

  @Override
  void updateReading() {
    context().channel().config().setAutoRead(bodyWanted() && ahead.isEmpty());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == Entrance.Event.CLOSING && free()) {
      closing = true;
      context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    super.channelInactive(context);
    for (Object message = ahead.poll(); message != null; message = ahead.poll()) {
      ReferenceCountUtil.release(message);
    }
  }
}
