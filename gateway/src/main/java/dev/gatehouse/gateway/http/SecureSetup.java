package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.Proofs;
import dev.gatehouse.gateway.tls.ClientChain;
import dev.gatehouse.gateway.tls.HelloHandler;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Supplier;

/** Makes a TLS connection ready: hello, handshake, then the protocol that ALPN chose. */
public final class SecureSetup extends ChannelInitializer<Channel> {
  private static final Http2StreamFrameToHttpObjectCodec TO_HTTP_OBJECTS =
      new Http2StreamFrameToHttpObjectCodec(true);
  private static final int STREAMS = 128;
  private static final int HEADER_LIST = 32 * 1024;
  private static final int STREAM_WINDOW = 128 * 1024;

  private final Entrance entrance;
  private final Supplier<HelloHandler> hello;

  public SecureSetup(Entrance entrance, Supplier<HelloHandler> hello) {
    this.entrance = entrance;
    this.hello = hello;
  }

  @Override
  protected void initChannel(Channel connection) {
    entrance.admit(connection);
    connection
        .pipeline()
        .addLast("tls", hello.get())
        .addLast("negotiation", new Negotiation(entrance));
  }

  private static final class Negotiation extends ChannelInboundHandlerAdapter {
    private final Entrance entrance;

    Negotiation(Entrance entrance) {
      this.entrance = entrance;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done) {
        if (done.isSuccess()) {
          if (looked(context.channel())) {
            context.close();
            return;
          }
          speak(context.channel());
          context.pipeline().remove(this);
        } else {
          context.close();
        }
      } else if (event == Entrance.Event.CLOSING) {
        context.close();
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // Clients that don't like the certificate or the versions: their fault to report.
      context.close();
    }

    /** Whether it was an authority, which wanted the handshake only (RFC 8737 section 3). */
    private static boolean looked(Channel connection) {
      var tls = (SslHandler) connection.pipeline().get("tls");
      return Proofs.PROTOCOL.equals(tls.applicationProtocol());
    }

    private void speak(Channel connection) {
      var tls = (SslHandler) connection.pipeline().get("tls");
      var peer =
          new Asked.Peer(
              PlainSetup.address(connection),
              tls.engine().getSession().getProtocol(),
              connection.attr(HelloHandler.HELLO).get().serverName(),
              ClientChain.of(tls.engine()));
      if ("h2".equals(tls.applicationProtocol())) {
        speakHttp2(connection, peer);
      } else {
        PlainSetup.speakHttp1(connection, entrance, peer);
      }
    }

    private void speakHttp2(Channel connection, Asked.Peer peer) {
      var codec =
          Http2FrameCodecBuilder.forServer()
              .initialSettings(
                  Http2Settings.defaultSettings()
                      .maxConcurrentStreams(STREAMS)
                      .maxHeaderListSize(HEADER_LIST)
                      .initialWindowSize(STREAM_WINDOW))
              .gracefulShutdownTimeoutMillis(entrance.drain().toMillis())
              .validateHeaders(true)
              .validateRequiredPseudoHeaders(true)
              .build();
      connection
          .pipeline()
          .addLast("http", codec)
          .addLast("guard", new H2Guard(entrance, codec))
          .addLast("streams", new Http2MultiplexHandler(new Streams(entrance, peer)));
    }
  }

  private static final class Streams extends ChannelInitializer<Channel> {
    private final Entrance entrance;
    private final Asked.Peer peer;

    Streams(Entrance entrance, Asked.Peer peer) {
      this.entrance = entrance;
      this.peer = peer;
    }

    @Override
    protected void initChannel(Channel stream) {
      stream
          .pipeline()
          .addLast("objects", TO_HTTP_OBJECTS)
          .addLast("front", new H2Front(entrance, stream, peer));
    }

    @Override
    public boolean isSharable() {
      return true;
    }
  }
}
