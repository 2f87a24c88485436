package dev.gatehouse.gateway.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Answers that the gateway makes itself. */
public final class Answers {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Answers() {}

  /** A whole answer with that body, of which no copy is made. */
  public static FullHttpResponse of(HttpResponseStatus status, String contentType, byte[] body) {
    var answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return answer;
  }

  static FullHttpResponse of(Refusal refusal) {
    byte[] body = JSON.writeValueAsBytes(Map.of("message", refusal.getMessage()));
    var answer = of(refusal.status(), "application/json; charset=utf-8", body);
    refusal.headers().forEach(answer.headers()::set);
    return answer;
  }
}
