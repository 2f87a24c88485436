package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Answers of the blob protocol, with the headers that its clients rely on. */
final class BlobAnswers {
  private BlobAnswers() {}

  static String httpDate(Instant instant) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
  }

  static Response stored(Blob blob) {
    return plain(201).with("ETag", blob.etag()).with("Last-Modified", httpDate(blob.modified()));
  }

  static Response plain(int status) {
    return new Response(status, common(), new Response.Body.None());
  }

  static Response described(Blob blob) {
    return new Response(200, headers(blob), new Response.Body.Described(blob.content().size()));
  }

  /** The content, or the range of it that the request asks for. */
  static Response content(Request request, Blob blob, Path file) {
    if (request.header("If-Match").filter(tag -> !matches(tag, blob)).isPresent()) {
      throw new ProblemException(
          new Problem.InUse(
              "ConditionNotMet", "The blob was changed meanwhile; read it again from its start."));
    }
    long size = blob.content().size();
    Optional<ByteRange> range =
        request
            .header("x-ms-range")
            .or(() -> request.header("Range"))
            .flatMap(header -> ByteRange.parse(header, size));
    if (range.isEmpty()) {
      return new Response(200, headers(blob), new Response.Body.FilePart(file, 0, size));
    }
    long offset = range.get().offset();
    long length = range.get().length();
    if (length == 0) {
      return plain(416)
          .with("Content-Range", "bytes */" + size)
          .with("x-ms-error-code", "InvalidRange");
    }
    return new Response(206, headers(blob), new Response.Body.FilePart(file, offset, length))
        .with("Content-Range", "bytes %d-%d/%d".formatted(offset, offset + length - 1, size));
  }

  private static boolean matches(String tag, Blob blob) {
    return "*".equals(tag) || tag.replace("\"", "").equals(blob.etag().replace("\"", ""));
  }

  private static Map<String, String> headers(Blob blob) {
    Map<String, String> headers = common();
    headers.put("Content-Type", blob.mediaType());
    headers.put("Accept-Ranges", "bytes");
    headers.put("ETag", blob.etag());
    headers.put("Last-Modified", httpDate(blob.modified()));
    headers.put("x-ms-blob-type", "BlockBlob");
    return headers;
  }

  private static Map<String, String> common() {
    var headers = new HashMap<String, String>();
    headers.put("x-ms-request-id", UUID.randomUUID().toString());
    headers.put("x-ms-version", "2021-08-06");
    return headers;
  }
}
