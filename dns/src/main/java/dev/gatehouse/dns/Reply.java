package dev.gatehouse.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What one server says about the addresses of a name. */
public sealed interface Reply {
  /**
   * @param aliases the names on the way, when the first is a CNAME
   * @param ttl how long the answer may be remembered from now on: the shortest of its records
   */
  record Leads(List<InetAddress> addresses, List<String> aliases, Duration ttl) implements Reply {
    public Leads {
      addresses = List.copyOf(addresses);
      aliases = List.copyOf(aliases);
    }
  }

  /**
   * No address.
   *
   * @param exists whether the name has other records at least
   * @param ttl how long that may be remembered
   */
  record Nothing(boolean exists, Duration ttl) implements Reply {}

  /** No answer that could be used; the sentence says why. */
  record Failed(String why) implements Reply {}
}
