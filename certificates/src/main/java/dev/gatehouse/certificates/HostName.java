package dev.gatehouse.certificates;

import java.net.IDN;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of hosts as certificates know them: lower case, ASCII, no final dot. */
public final class HostName {
  private static final Pattern SYNTAX =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final int LONGEST = 253;

  private HostName() {}

  /** The one spelling of a DNS name; a wildcard needs two labels behind it, as clients demand. */
  public static Optional<String> normal(String name) {
    var text = name.strip().toLowerCase(Locale.ROOT);
    var bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    var wildcard = bare.startsWith("*.");
    try {
      var ascii = IDN.toASCII(wildcard ? bare.substring(2) : bare).toLowerCase(Locale.ROOT);
      var wide = wildcard && !ascii.contains(".");
      if (wide || ascii.length() > LONGEST || !SYNTAX.matcher(ascii).matches()) {
        return Optional.empty();
      }
      return Optional.of(wildcard ? "*." + ascii : ascii);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** Never asks a name server. */
  public static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** RFC 9525: a wildcard stands for the whole leftmost label and nothing else. */
  static boolean covers(String pattern, String host) {
    var candidate = normal(pattern);
    if (candidate.isEmpty()) {
      return false;
    }
    var dot = host.indexOf('.');
    return candidate.get().equals(host)
        || (candidate.get().startsWith("*.")
            && dot > 0
            && candidate.get().substring(1).equals(host.substring(dot)));
  }
}
