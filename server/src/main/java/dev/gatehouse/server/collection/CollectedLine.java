package dev.gatehouse.server.collection;

import dev.gatehouse.gateway.collect.Collected;
import dev.gatehouse.gateway.collect.Excerpt;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.telemetry.LogLine;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/** A collected request as a line of JSON; no header but the types of the bodies is in it. */
public final class CollectedLine {
  private static final int LONGEST_CHARACTER = 4;

  private CollectedLine() {}

  static String json(Collected collected) {
    var served = collected.served();
    var line =
        Json.object()
            .put("time", collected.at().toString())
            .put("id", served.requestId())
            .put("trace", served.traceId())
            .put("service", served.service())
            .put("version", served.version())
            .put("method", served.method())
            .put("path", served.path())
            .put("status", served.status())
            .put("ms", TimeUnit.NANOSECONDS.toMicros(served.nanos()) / 1e3);
    line.set("request", body(collected.request()));
    line.set("response", body(collected.answer()));
    return line.toString();
  }

  /** The same as a line for a collector of log lines. */
  public static LogLine line(Collected collected) {
    var served = collected.served();
    return new LogLine(
        new LogLine.Source(served.service(), served.version()),
        collected.at(),
        json(collected),
        Map.of(
            "event.name", "gatehouse.request",
            "gatehouse.request_id", served.requestId(),
            "gatehouse.trace_id", served.traceId()));
  }

  private static ObjectNode body(Excerpt excerpt) {
    byte[] bytes = excerpt.bytes();
    var node = Json.object().put("type", excerpt.type());
    if (!excerpt.coding().isEmpty()) {
      node.put("encoding", excerpt.coding());
    }
    node.put("bytes", excerpt.length());
    if (excerpt.truncated()) {
      node.put("truncated", true);
    }
    Optional<String> text =
        excerpt.coding().isEmpty() ? text(bytes, excerpt.truncated()) : Optional.empty();
    if (text.isPresent()) {
      return node.put("body", text.get());
    }
    return node.put("base64", Base64.getEncoder().encodeToString(bytes));
  }

  /** Empty for what is no UTF-8; a cut may have parted the last character. */
  private static Optional<String> text(byte[] bytes, boolean cut) {
    for (int less = 0; less < (cut ? LONGEST_CHARACTER : 1) && less <= bytes.length; less++) {
      try {
        String text =
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes, 0, bytes.length - less))
                .toString();
        return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(text);
      } catch (CharacterCodingException _) {
        // With one byte less, if it was cut.
      }
    }
    return Optional.empty();
  }
}
