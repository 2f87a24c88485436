package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.Origins;
import dev.gatehouse.gateway.http.Asked;
import dev.gatehouse.gateway.http.Front;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Speaks the CORS protocol for services that have origins: browsers ask before they send a key. */
final class CrossOrigin {
  private static final String METHODS = "GET, POST, OPTIONS";
  private static final String EXPOSED =
      "x-ms-request-id, x-ms-client-request-id, x-ms-run-fn-exec-ms, x-ms-run-function-failed,"
          + " x-ms-server-version";
  private static final String MAX_AGE_SECONDS = "600";

  private CrossOrigin() {}

  /** Sees to the headers of the answer; true if this was a preflight, which is answered then. */
  static boolean answered(Asked asked, Front front, Origins origins) {
    if (origins.listed().isEmpty()) {
      return false;
    }
    var request = asked.request();
    @Nullable String origin = request.headers().get(HttpHeaderNames.ORIGIN);
    front.adorn(headers -> allow(headers, origins, origin));
    @Nullable String method = request.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    if (!HttpMethod.OPTIONS.equals(request.method()) || origin == null || method == null) {
      return false;
    }
    var answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER);
    if (origins.allow(origin)) {
      answer
          .headers()
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
          .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
      // A star would not cover Authorization, so what is asked for is named.
      @Nullable String wanted =
          request.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
      if (wanted != null) {
        answer.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, wanted);
      }
    }
    front.answer(answer);
    front.flush();
    return true;
  }

  private static void allow(HttpHeaders headers, Origins origins, @Nullable String origin) {
    if (!headers.containsValue(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN, true)) {
      headers.add(HttpHeaderNames.VARY, "Origin");
    }
    if (origin == null || !origins.allow(origin)) {
      headers.remove(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN);
      return;
    }
    headers
        .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origins.any() ? "*" : origin)
        .set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
  }
}
