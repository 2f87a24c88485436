package dev.gatehouse.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionPrefaceAndSettingsFrameWrittenEvent;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives an HTTP/2 connection a wider window than a stream's and ends it when it is idle. */
final class H2Guard extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(H2Guard.class);

  /** What streams that wait for a replica hold back must not stop the others. */
  private static final int WIDER = 2 * 1024 * 1024;

  private final Entrance entrance;
  private final Http2FrameCodec codec;
  private @Nullable Deadline idle;

  H2Guard(Entrance entrance, Http2FrameCodec codec) {
    this.entrance = entrance;
    this.codec = codec;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    idle = new Deadline(context.channel().eventLoop());
    watch(context);
  }

  private void watch(ChannelHandlerContext context) {
    if (idle != null) {
      idle.in(entrance.timeouts().idle(), () -> strike(context));
    }
  }

  private void strike(ChannelHandlerContext context) {
    if (codec.connection().numActiveStreams() > 0) {
      watch(context);
    } else {
      context.close();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    watch(context);
    context.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof Http2ConnectionPrefaceAndSettingsFrameWrittenEvent) {
      widen();
    } else if (event == Entrance.Event.CLOSING) {
      // The codec sends GOAWAY and closes after the last stream.
      context.close();
      return;
    }
    context.fireUserEventTriggered(event);
  }

  private void widen() throws Http2Exception {
    var connection = codec.connection();
    connection.local().flowController().incrementWindowSize(connection.connectionStream(), WIDER);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (idle != null) {
      idle.cancel();
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("HTTP/2 connection: broken", cause);
    context.close();
  }
}
