package dev.gatehouse.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One connection to a replica, working for one listener at a time. */
final class Upstream extends ChannelInboundHandlerAdapter {

  /** Told what the replica answers. */
  interface Listener {
    void answerHead(HttpResponse head);

    /** Owns the part. */
    void answerPart(HttpContent part);

    void answerPaused();

    void requestWritable(boolean now);

    /** The connection is gone or what came over it is not HTTP; nothing more will come. */
    void broken();
  }

  private final Channel channel;
  private @Nullable Listener listener;
  private boolean interim;
  private boolean used;
  private long restingSince;

  Upstream(Channel channel) {
    this.channel = channel;
  }

  void work(Listener listener) {
    this.listener = listener;
    channel.config().setAutoRead(true);
  }

  /** Whether it has served a request before, so may have been closed by its peer meanwhile. */
  boolean used() {
    return used;
  }

  void rest(long now) {
    listener = null;
    used = true;
    restingSince = now;
    channel.config().setAutoRead(true);
  }

  long restingSince() {
    return restingSince;
  }

  boolean open() {
    return channel.isActive();
  }

  boolean writable() {
    return channel.isWritable();
  }

  void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  void write(HttpObject message) {
    channel.write(message, channel.voidPromise());
  }

  void flush() {
    channel.flush();
  }

  void close() {
    listener = null;
    channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var to = listener;
    if (to == null) {
      // A replica that speaks unasked would answer the next request wrongly.
      ReferenceCountUtil.release(message);
      context.close();
      return;
    }
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      breakOff(context);
      return;
    }
    if (message instanceof HttpResponse head) {
      interim = head.status().code() < 200;
      if (head.status().code() == 101) {
        breakOff(context);
      } else if (!interim) {
        to.answerHead(head);
      }
    } else if (message instanceof HttpContent part) {
      if (interim) {
        interim = !(part instanceof LastHttpContent);
        part.release();
      } else {
        to.answerPart(part);
      }
    }
  }

  private void breakOff(ChannelHandlerContext context) {
    var to = listener;
    listener = null;
    context.close();
    if (to != null) {
      to.broken();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (listener != null) {
      listener.answerPaused();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (listener != null) {
      listener.requestWritable(channel.isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    breakOff(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    breakOff(context);
  }
}
