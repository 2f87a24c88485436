package dev.gatehouse.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** Where a request's body ends; what two parsers could read differently is refused. */
final class Framing {
  static final long UNKNOWN = -1;

  private Framing() {}

  /** The declared length of the body, 0 for none, {@link #UNKNOWN} for chunks. */
  static long check(HttpRequest request) {
    HttpHeaders headers = request.headers();
    var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    var lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (!codings.isEmpty()) {
      if (!lengths.isEmpty()) {
        throw bad("Send Content-Length or Transfer-Encoding, not both.");
      }
      if (codings.size() > 1
          || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())) {
        throw bad("The only Transfer-Encoding taken here is chunked.");
      }
      if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
        throw bad("Transfer-Encoding needs HTTP/1.1.");
      }
      return UNKNOWN;
    }
    if (lengths.size() > 1) {
      throw bad("Send Content-Length once.");
    }
    return lengths.isEmpty() ? 0 : length(lengths.getFirst());
  }

  /** Whether the client waits for 100; the header ends here. */
  static boolean takeExpectation(HttpRequest request) {
    String expectation = request.headers().get(HttpHeaderNames.EXPECT);
    if (expectation == null) {
      return false;
    }
    if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expectation)) {
      throw new Refusal(
          HttpResponseStatus.EXPECTATION_FAILED, "The only Expect met here is 100-continue.");
    }
    request.headers().remove(HttpHeaderNames.EXPECT);
    return request.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }

  /** The refusal for what the decoder could not read. */
  static Refusal unreadable(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ ->
          new Refusal(
              HttpResponseStatus.REQUEST_URI_TOO_LONG, "The request line is longer than 8 KiB.");
      case TooLongHttpHeaderException _ ->
          new Refusal(
              HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
              "The headers are longer than 32 KiB.");
      case Refusal refusal -> refusal;
      default -> bad("This is not a well-formed HTTP/1.1 request.");
    };
  }

  private static long length(String digits) {
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        throw bad("Content-Length is not a number.");
      }
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw bad("Content-Length is not a number.");
    }
  }

  private static Refusal bad(String message) {
    return new Refusal(HttpResponseStatus.BAD_REQUEST, message);
  }
}
