package dev.gatehouse.dns;

import java.net.InetAddress;
import java.util.Locale;

/** What a record says, for the types a zone can hold. */
public sealed interface RecordData {

  /** A or AAAA, by the family of the address. */
  record Address(InetAddress address) implements RecordData {}

  /** CNAME: stands alone at its name. */
  record Cname(String target) implements RecordData {
    public Cname {
      target = Names.host("CNAME target", target);
    }
  }

  /** NS: below the apex it delegates the name to another server. */
  record Ns(String host) implements RecordData {
    public Ns {
      host = Names.host("NS host", host);
    }
  }

  /** TXT: printable ASCII, cut into strings of 255 on the wire. */
  record Txt(String value) implements RecordData {
    private static final int LONGEST = 16_384;

    public Txt {
      if (!printable(value) || value.length() > LONGEST) {
        throw new IllegalArgumentException(
            "TXT value of %d characters (expected: at most %d of printable ASCII)"
                .formatted(value.length(), LONGEST));
      }
    }
  }

  /** CAA (RFC 8659): flags is 0, or 128 for critical; the tag is kept in lower case. */
  record Caa(int flags, String tag, String value) implements RecordData {
    public Caa {
      tag = tag.toLowerCase(Locale.ROOT);
      if (flags < 0 || flags > 255) {
        throw new IllegalArgumentException("CAA flags: " + flags + " (expected: 0 to 255)");
      }
      if (!tag.matches("[a-z0-9]{1,15}")) {
        throw new IllegalArgumentException(
            "CAA tag: '" + tag + "' (expected: 1-15 letters and digits such as issue, issuewild)");
      }
      if (!printable(value) || value.length() > 255) {
        throw new IllegalArgumentException(
            "CAA value: '" + value + "' (expected: at most 255 of printable ASCII)");
      }
    }
  }

  private static boolean printable(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }
}
