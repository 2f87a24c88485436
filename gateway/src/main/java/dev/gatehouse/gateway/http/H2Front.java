package dev.gatehouse.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2ResetFrame;

/** One HTTP/2 stream, so one request. */
final class H2Front extends FrontHandler {
  private boolean head;

  H2Front(Entrance entrance, Channel stream, Asked.Peer peer) {
    super(entrance, stream, peer);
  }

  @Override
  void begin(HttpRequest request) {
    head = HttpMethod.HEAD.equals(request.method());
    super.begin(request);
  }

  @Override
  void frame(HttpResponse answer) {
    if (head && answer instanceof FullHttpResponse whole) {
      whole.content().clear();
    }
  }

  @Override
  void rest() {
    patience.off();
  }

  @Override
  void finished() {
    // Both ends have sent END_STREAM: the codec closes the stream.
    rest();
  }

  @Override
  void answeredEarly() {
    // RFC 9113 section 8.1: NO_ERROR tells the client to stop sending and to keep the answer. Some
    // clients drop the answer even so, so they get time to end their request by themselves.
    patience.in(LINGER, () -> reset(Http2Error.NO_ERROR));
  }

  @Override
  void abort() {
    reset(Http2Error.INTERNAL_ERROR);
  }

  @Override
  void distrust() {
    // A broken request ends with its stream.
  }

  private void reset(Http2Error reason) {
    context()
        .writeAndFlush(new DefaultHttp2ResetFrame(reason))
        .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof Http2ResetFrame) {
      context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }
}
