package dev.gatehouse.gateway.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the hello, chooses the certificate and puts the TLS handler in its own place. */
public final class HelloHandler extends SslClientHelloHandler<Shown> {
  /** What the client asked for, from the hello to the end of the connection. */
  public static final AttributeKey<ClientHello> HELLO =
      AttributeKey.valueOf(HelloHandler.class, "hello");

  private static final int LONGEST_HELLO = 32 * 1024;
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};
  private static final byte[] DECODE_ERROR = {21, 3, 3, 0, 2, 2, 50};

  private final CertificateChoice choice;
  private final ServerContexts contexts;
  private final Duration patience;
  private @Nullable ScheduledFuture<?> limit;

  public HelloHandler(CertificateChoice choice, ServerContexts contexts, Duration patience) {
    super(LONGEST_HELLO);
    this.choice = choice;
    this.contexts = contexts;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    limit =
        context
            .executor()
            .schedule(
                () -> {
                  context.close();
                },
                patience.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
    if (limit != null) {
      limit.cancel(false);
    }
    super.handlerRemoved0(context);
  }

  @Override
  protected Future<Shown> lookup(ChannelHandlerContext context, @Nullable ByteBuf hello) {
    var loop = context.executor();
    if (hello == null) {
      return loop.newFailedFuture(new IllegalArgumentException("client hello: none"));
    }
    try {
      var asked = ClientHello.parse(hello);
      context.channel().attr(HELLO).set(asked);
      Optional<Shown> shown = choice.choose(asked);
      return shown.isPresent()
          ? loop.newSucceededFuture(shown.get())
          : loop.newFailedFuture(new UnknownName());
    } catch (IllegalArgumentException e) {
      return loop.newFailedFuture(e);
    }
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext context, Future<Shown> shown) {
    if (!shown.isSuccess()) {
      refuse(context, shown.cause() instanceof UnknownName ? UNRECOGNIZED_NAME : DECODE_ERROR);
      return;
    }
    SslContext tls = contexts.acquire(shown.getNow());
    try {
      SslHandler handler = tls.newHandler(context.alloc());
      handler.setHandshakeTimeoutMillis(patience.toMillis());
      context.pipeline().replace(this, "tls", handler);
    } finally {
      ReferenceCountUtil.release(tls);
    }
  }

  private static void refuse(ChannelHandlerContext context, byte[] alert) {
    context.writeAndFlush(Unpooled.wrappedBuffer(alert)).addListener(ChannelFutureListener.CLOSE);
  }

  private static final class UnknownName extends RuntimeException {
    UnknownName() {
      super("unrecognized name", null, false, false);
    }
  }
}
