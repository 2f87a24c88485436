package dev.gatehouse.server.rest;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Requests as a client sends them, without a socket. */
public final class Requests {
  private Requests() {}

  public static Request get(String path) {
    return of("GET", path, "", Map.of());
  }

  public static Request of(
      String method, String pathAndQuery, String body, Map<String, String> headers) {
    int mark = pathAndQuery.indexOf('?');
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    var all = new HashMap<>(Map.of("host", "127.0.0.1:8443"));
    all.putAll(headers);
    return new Request(
        method,
        mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark),
        Map.of(),
        mark < 0 ? Map.of() : Request.decodePairs(pathAndQuery.substring(mark + 1)),
        all,
        new ByteArrayInputStream(bytes),
        bytes.length,
        Caller.ANONYMOUS);
  }

  /** The answer's body as text. */
  public static String text(Response response) {
    return response.body() instanceof Response.Body.Bytes(byte[] content)
        ? new String(content, StandardCharsets.UTF_8)
        : "";
  }
}
