package dev.gatehouse.gateway.collect;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Arrays;

/** The beginning of a body, and how long all of it was; one event loop's, then its receiver's. */
public final class Excerpt {
  private static final int FIRST = 1_024;

  private final int longest;
  private byte[] bytes = new byte[0];
  private int kept;
  private long length;
  private String type = "";
  private String coding = "";

  Excerpt(int longest) {
    this.longest = longest;
  }

  void head(HttpHeaders headers) {
    type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    coding = headers.get(HttpHeaderNames.CONTENT_ENCODING, "");
  }

  void add(ByteBuf part) {
    int more = part.readableBytes();
    length += more;
    int taken = Math.min(more, longest - kept);
    if (taken <= 0) {
      return;
    }
    if (kept + taken > bytes.length) {
      int wanted = Math.max(kept + taken, Math.max(FIRST, 2 * bytes.length));
      bytes = Arrays.copyOf(bytes, Math.min(longest, wanted));
    }
    part.getBytes(part.readerIndex(), bytes, kept, taken);
    kept += taken;
  }

  /** What was kept: the whole, or the beginning. */
  public byte[] bytes() {
    return Arrays.copyOf(bytes, kept);
  }

  /** Of the whole body. */
  public long length() {
    return length;
  }

  public boolean truncated() {
    return length > kept;
  }

  /** The value of Content-Type, or empty. */
  public String type() {
    return type;
  }

  /** The value of Content-Encoding, or empty. */
  public String coding() {
    return coding;
  }
}
