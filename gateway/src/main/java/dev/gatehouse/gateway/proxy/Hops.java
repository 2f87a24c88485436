package dev.gatehouse.gateway.proxy;

import dev.gatehouse.gateway.http.Asked;
import dev.gatehouse.gateway.http.Witness;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that end here and headers that begin here (RFC 9110 section 7.6). */
final class Hops {
  private static final List<AsciiString> OF_ONE_HOP =
      List.of(
          HttpHeaderNames.CONNECTION,
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-connection"),
          HttpHeaderNames.PROXY_AUTHENTICATE,
          HttpHeaderNames.PROXY_AUTHORIZATION,
          HttpHeaderNames.TE,
          HttpHeaderNames.TRAILER,
          HttpHeaderNames.UPGRADE,
          Witness.RUN,
          AsciiString.cached("http2-settings"));

  /** What clients may not say about themselves, and what the HTTP/2 codec adds. */
  private static final List<AsciiString> NOT_FROM_CLIENTS =
      List.of(
          AsciiString.cached("forwarded"),
          AsciiString.cached("x-forwarded-for"),
          AsciiString.cached("x-forwarded-proto"),
          AsciiString.cached("x-forwarded-host"),
          AsciiString.cached("x-forwarded-port"),
          AsciiString.cached("x-real-ip"),
          AsciiString.cached("x-http2-stream-id"),
          AsciiString.cached("x-http2-scheme"),
          AsciiString.cached("x-http2-path"),
          AsciiString.cached("x-http2-stream-weight"),
          AsciiString.cached("x-http2-stream-dependency-id"));

  /** A Connection header that names one of these would change what the next hop understands. */
  private static final Set<String> NOT_TO_BE_NAMED =
      Set.of("content-length", "transfer-encoding", "host", "authorization", "content-type");

  private Hops() {}

  /** Turns the client's request into the one for the replica, in place. */
  static HttpRequest forward(Asked asked, String path) {
    var request = asked.request();
    var headers = request.headers();
    String host = headers.get(HttpHeaderNames.HOST, "");
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    strip(headers);
    NOT_FROM_CLIENTS.forEach(headers::remove);
    headers
        .set("x-forwarded-for", asked.peer().address())
        .set("x-forwarded-proto", asked.peer().secure() ? "https" : "http")
        .set("x-forwarded-host", host)
        .set("x-ms-request-id", asked.id());
    if (!headers.contains("x-request-id")) {
      headers.set("x-request-id", asked.id());
    }
    if (chunked) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    request.setProtocolVersion(HttpVersion.HTTP_1_1);
    request.setUri(path + asked.query());
    return request;
  }

  /** Removes what concerned the hop that the message came over. */
  static void strip(HttpHeaders headers) {
    for (String line : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : line.split(",", -1)) {
        String named = name.strip().toLowerCase(Locale.ROOT);
        if (!named.isEmpty() && !NOT_TO_BE_NAMED.contains(named)) {
          headers.remove(named);
        }
      }
    }
    OF_ONE_HOP.forEach(headers::remove);
  }
}
