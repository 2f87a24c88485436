import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * The lower bound: a bare call of ONNX Runtime in this process and a bare TLS answer of Netty. It
 * reads no JSON, checks nothing, knows no routes: every request gets the model's answer to one row.
 */
final class Bare {
  private static final long[] ROW = {1, 10};
  private static final byte[] ANSWER = "{\"variable\":[[182.68082]]}".getBytes();

  private Bare() {}

  /** Arguments: certificate.pem key.pem model.onnx; prints the port. */
  public static void main(String[] arguments) throws Exception {
    SslContext tls =
        SslContextBuilder.forServer(new File(arguments[0]), new File(arguments[1]))
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .protocols("TLSv1.3", "TLSv1.2")
            .build();
    var environment = OrtEnvironment.getEnvironment();
    var options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    var session = environment.createSession(arguments[2], options);
    var loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(), EpollIoHandler.newFactory());
    var listener =
        new ServerBootstrap()
            .group(loops)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection
                        .pipeline()
                        .addLast(tls.newHandler(connection.alloc()))
                        .addLast(new HttpServerCodec())
                        .addLast(new Answering(environment, session));
                  }
                })
            .bind(new InetSocketAddress("127.0.0.1", 0))
            .sync()
            .channel();
    System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
    while (System.in.read() >= 0) {
      // Until standard input ends.
    }
    System.exit(0);
  }

  private static final class Answering extends SimpleChannelInboundHandler<HttpObject> {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final FloatBuffer row =
        ByteBuffer.allocateDirect(40).order(ByteOrder.nativeOrder()).asFloatBuffer();

    Answering(OrtEnvironment environment, OrtSession session) {
      this.environment = environment;
      this.session = session;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part)
        throws OrtException {
      if (!(part instanceof LastHttpContent)) {
        return;
      }
      try (var tensor = OnnxTensor.createTensor(environment, row.rewind(), ROW);
          var result = session.run(Map.of("X", tensor))) {
        if (((OnnxTensor) result.get(0)).getFloatBuffer().remaining() != 1) {
          throw new IllegalStateException("the model did not give one number");
        }
      }
      var answer =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(ANSWER));
      answer
          .headers()
          .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
          .set(HttpHeaderNames.CONTENT_LENGTH, ANSWER.length);
      context.writeAndFlush(answer, context.voidPromise());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
