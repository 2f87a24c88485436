package dev.gatehouse.server.rest;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The answer to one request. */
public record Response(int status, Map<String, String> headers, Body body) {
  public Response {
    headers = Map.copyOf(headers);
  }

  /** What is written; the writer runs on the request's thread. */
  public sealed interface Body {
    /** Nothing at all, not even an empty line. */
    record None() implements Body {}

    record Bytes(byte[] content) implements Body {}

    /** A file, or the part of it from {@code offset} on. */
    record FilePart(Path file, long offset, long length) implements Body {}

    /** What a HEAD request is told about a body that it does not get. */
    record Described(long length) implements Body {}
  }

  public static Response json(int status, JsonNode value) {
    return new Response(
        status,
        Map.of("Content-Type", "application/json; charset=utf-8"),
        new Body.Bytes(Json.MAPPER.writeValueAsBytes(value)));
  }

  public static Response ok(JsonNode value) {
    return json(200, value);
  }

  public static Response empty(int status) {
    return new Response(status, Map.of(), new Body.None());
  }

  public static Response text(int status, String contentType, String text) {
    return new Response(
        status,
        Map.of("Content-Type", contentType),
        new Body.Bytes(text.getBytes(StandardCharsets.UTF_8)));
  }

  public static Response file(Path file, long offset, long length) {
    return new Response(
        offset == 0 ? 200 : 206,
        Map.of("Content-Type", "application/octet-stream"),
        new Body.FilePart(file, offset, length));
  }

  public Response with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Response(status, more, body);
  }

  /** Bytes that the body will have. */
  long length() {
    return switch (body) {
      case Body.None _ -> 0;
      case Body.Bytes bytes -> bytes.content().length;
      case Body.FilePart part -> part.length();
      case Body.Described described -> described.length();
    };
  }

  void writeTo(OutputStream out) throws java.io.IOException {
    switch (body) {
      case Body.None _, Body.Described _ -> {}
      case Body.Bytes bytes -> out.write(bytes.content());
      case Body.FilePart part -> {
        try (InputStream in = Files.newInputStream(part.file())) {
          in.skipNBytes(part.offset());
          byte[] buffer = new byte[64 * 1024];
          long left = part.length();
          while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
              throw new java.io.EOFException(part.file() + " ended " + left + " bytes early");
            }
            out.write(buffer, 0, read);
            left -= read;
          }
        }
      }
    }
  }
}
