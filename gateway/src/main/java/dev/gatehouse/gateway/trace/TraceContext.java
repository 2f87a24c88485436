package dev.gatehouse.gateway.trace;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A place in a trace, as the headers {@code traceparent} and {@code tracestate} of the W3C tell it.
 *
 * @param high the first half of the trace's id
 * @param span the id of the span that asks; never 0
 * @param state the value of tracestate, or empty
 */
public record TraceContext(long high, long low, long span, boolean sampled, String state) {
  static final AsciiString PARENT = AsciiString.cached("traceparent");
  static final AsciiString STATE = AsciiString.cached("tracestate");

  private static final int LENGTH = 55;
  private static final int LONGEST_STATE = 512;
  private static final int MOST_MEMBERS = 32;
  private static final HexFormat HEX = HexFormat.of();

  /** What the caller sent; empty when it sent none, or one that cannot be read. */
  public static Optional<TraceContext> read(HttpHeaders headers) {
    String first = headers.get(PARENT);
    if (first == null || headers.getAll(PARENT).size() != 1 || !wellFormed(first)) {
      return Optional.empty();
    }
    long high = HexFormat.fromHexDigitsToLong(first, 3, 19);
    long low = HexFormat.fromHexDigitsToLong(first, 19, 35);
    long span = HexFormat.fromHexDigitsToLong(first, 36, 52);
    if ((high | low) == 0 || span == 0) {
      return Optional.empty();
    }
    boolean sampled = (HexFormat.fromHexDigits(first, 53, 55) & 1) == 1;
    return Optional.of(new TraceContext(high, low, span, sampled, state(headers)));
  }

  /** Later versions may have more behind the flags, after a dash; 255 is no version. */
  private static boolean wellFormed(String text) {
    if (text.length() < LENGTH
        || text.startsWith("ff")
        || (text.length() > LENGTH && (text.startsWith("00") || text.charAt(LENGTH) != '-'))) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      boolean dash = i == 2 || i == 35 || i == 52;
      if (dash ? c != '-' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** A list that is too long or has characters that it may not have is dropped whole. */
  private static String state(HttpHeaders headers) {
    List<String> lines = headers.getAll(STATE);
    if (lines.isEmpty()) {
      return "";
    }
    String state = String.join(",", lines);
    long members = 1 + state.chars().filter(c -> c == ',').count();
    boolean printable = state.chars().allMatch(c -> c >= ' ' && c <= '~');
    return state.length() <= LONGEST_STATE && members <= MOST_MEMBERS && printable ? state : "";
  }

  /** 32 hexadecimal digits. */
  public String traceId() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }

  /** The value of {@code traceparent}. */
  String header() {
    return "00-" + traceId() + "-" + HEX.toHexDigits(span) + (sampled ? "-01" : "-00");
  }
}
