package dev.gatehouse.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** Netty's HTTP/1.1 codec with its lenient corners closed. */
final class H1Codec extends CombinedChannelDuplexHandler<H1Codec.Decoder, H1Codec.Encoder> {
  private static final int LONGEST_LINE = 8 * 1024;
  private static final int LONGEST_HEADERS = 32 * 1024;
  private static final int LONGEST_PART = 64 * 1024;

  private final Encoder encoder;
  private Runnable onBytes = () -> {};

  H1Codec() {
    encoder = new Encoder();
    init(new Decoder(this), encoder);
  }

  /** Calls that whenever bytes of a request come in. */
  void onBytes(Runnable action) {
    onBytes = action;
  }

  /** Says whether the answers from now on are for HEAD, so have no body. */
  void answersHead(boolean head) {
    encoder.head = head;
  }

  boolean answersHead() {
    return encoder.head;
  }

  static final class Decoder extends HttpRequestDecoder {
    private final H1Codec codec;

    Decoder(H1Codec codec) {
      super(
          new HttpDecoderConfig()
              .setMaxInitialLineLength(LONGEST_LINE)
              .setMaxHeaderSize(LONGEST_HEADERS)
              .setMaxChunkSize(LONGEST_PART)
              .setAllowDuplicateContentLengths(false)
              .setStrictLineParsing(true)
              .setUseRfc9112TransferEncoding(true)
              .setValidateHeaders(true));
      this.codec = codec;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
        throws Exception {
      codec.onBytes.run();
      super.decode(context, in, out);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new Refusal(
          HttpResponseStatus.BAD_REQUEST, "Send Content-Length or Transfer-Encoding, not both.");
    }
  }

  static final class Encoder extends HttpResponseEncoder {
    private boolean head;

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse answer) {
      return head || super.isContentAlwaysEmpty(answer);
    }
  }
}
