package dev.gatehouse.dns;

import java.util.Locale;
import java.util.regex.Pattern;
import org.xbill.DNS.Name;

/** Names as text: absolute, lower case, no final dot, letters, digits, '-' and '_' only. */
final class Names {
  static final int LONGEST = 253;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");

  private Names() {}

  /** Refuses what is no host name; {@code what} names the value in the refusal. */
  static String host(String what, String text) {
    String name = text.toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    for (String label : name.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        throw refused(what, text, "label '" + label + "' is not 1-63 of a-z, 0-9, '-', '_'");
      }
    }
    if (name.length() > LONGEST) {
      throw refused(what, text, "it is longer than " + LONGEST + " characters");
    }
    return name;
  }

  /** As {@link #host}, and the first label may be the wildcard '*'. */
  static String owner(String what, String text) {
    if (!text.startsWith("*.")) {
      return host(what, text);
    }
    String name = "*." + host(what, text.substring(2));
    if (name.length() > LONGEST) {
      throw refused(what, text, "it is longer than " + LONGEST + " characters");
    }
    return name;
  }

  /** The wire form of a name that {@link #host} or {@link #owner} has let through. */
  static Name wire(String name) {
    return Name.fromConstantString(name + ".");
  }

  private static IllegalArgumentException refused(String what, String text, String why) {
    return new IllegalArgumentException(
        what
            + ": '"
            + text
            + "': "
            + why
            + " (expected: a host name such as www.example.org; international names as xn--)");
  }
}
