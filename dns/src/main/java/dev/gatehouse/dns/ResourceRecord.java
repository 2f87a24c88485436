package dev.gatehouse.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * One record of a zone.
 *
 * @param name absolute, kept in lower case without a final dot; the first label may be '*'
 * @param ttl whole seconds, 0 to 2^31-1; records of one name and type share the last one given
 */
public record ResourceRecord(String name, Duration ttl, RecordData data) {
  public ResourceRecord {
    name = Names.owner("record name", name);
    checkTtl("ttl of " + name, ttl);
    if (data instanceof RecordData.Ns && name.startsWith("*.")) {
      // RFC 4592 section 4.2 leaves the meaning open.
      throw new IllegalArgumentException("NS record: '" + name + "' (expected: no wildcard)");
    }
  }

  /** A or AAAA, by the family of the address. */
  public static ResourceRecord address(String name, Duration ttl, InetAddress address) {
    return new ResourceRecord(name, ttl, new RecordData.Address(address));
  }

  /** TXT of printable ASCII; the record that ACME's dns-01 wants. */
  public static ResourceRecord txt(String name, Duration ttl, String value) {
    return new ResourceRecord(name, ttl, new RecordData.Txt(value));
  }

  static void checkTtl(String what, Duration ttl) {
    if (ttl.isNegative()
        || !ttl.equals(ttl.truncatedTo(ChronoUnit.SECONDS))
        || ttl.toSeconds() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          what + ": " + ttl + " (expected: whole seconds, 0 to " + Integer.MAX_VALUE + ")");
    }
  }
}
