package dev.gatehouse.server.artifact;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of a blob that is asked for; {@code length} is 0 when the blob has no such part. */
record ByteRange(long offset, long length) {
  private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /** Empty for what is not one range in bytes: the whole is sent then (RFC 9110 section 14.2). */
  static Optional<ByteRange> parse(String header, long size) {
    Matcher matcher = ONE.matcher(header.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty()) {
      if (last.isEmpty()) {
        return Optional.empty();
      }
      long suffix = Math.min(Long.parseLong(last), size);
      return Optional.of(new ByteRange(size - suffix, suffix));
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
    if (!last.isEmpty() && Long.parseLong(last) < from) {
      return Optional.empty();
    }
    return Optional.of(new ByteRange(from, Math.max(0, to - from + 1)));
  }
}
