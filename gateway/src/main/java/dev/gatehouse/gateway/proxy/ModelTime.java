package dev.gatehouse.gateway.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.OptionalLong;

/** What a replica says that its {@code run()} took. */
final class ModelTime {
  private static final AsciiString MILLIS = AsciiString.cached("x-ms-run-fn-exec-ms");
  private static final int LONGEST = 16;

  private ModelTime() {}

  /** In nanoseconds; nothing when the header is absent or no plain decimal number. */
  static OptionalLong in(HttpHeaders headers) {
    String text = headers.get(MILLIS);
    if (text == null || text.isEmpty() || text.length() > LONGEST) {
      return OptionalLong.empty();
    }
    long nanos = 0;
    long unit = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' && unit == 0) {
        unit = 1_000_000;
      } else if (c < '0' || c > '9') {
        return OptionalLong.empty();
      } else if (unit == 0) {
        nanos = nanos * 10 + (c - '0') * 1_000_000L;
      } else {
        unit /= 10;
        nanos += (c - '0') * unit;
      }
    }
    return OptionalLong.of(nanos);
  }
}
