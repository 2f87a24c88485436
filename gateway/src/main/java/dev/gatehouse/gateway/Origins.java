package dev.gatehouse.gateway;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whose pages may ask a service from a browser.
 *
 * @param listed origins in lower case; one without a scheme stands for both http and https
 */
public record Origins(Set<String> listed) {
  public static final Origins NONE = new Origins(Set.of());

  private static final String ANY = "*";
  private static final Pattern ORIGIN =
      Pattern.compile(
          "([a-z][a-z0-9+.-]*://)?([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

  public Origins {
    listed = Set.copyOf(listed);
  }

  /** Reads a list with commas; an IllegalArgumentException names the entry that is no origin. */
  public static Origins of(String list) {
    var entries =
        Arrays.stream(list.split(",", -1))
            .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
            .filter(entry -> !entry.isEmpty())
            .collect(Collectors.toSet());
    for (String entry : entries) {
      if (!entry.equals(ANY) && !ORIGIN.matcher(entry).matches()) {
        throw new IllegalArgumentException(
            "'%s' is no origin; write it as https://www.contoso.com, or * for all"
                .formatted(entry));
      }
    }
    return new Origins(entries);
  }

  public boolean any() {
    return listed.contains(ANY);
  }

  /** Whether pages of that origin, as a browser sends it, may ask. */
  public boolean allow(String origin) {
    if (any()) {
      return true;
    }
    String wanted = origin.toLowerCase(Locale.ROOT);
    int host = wanted.indexOf("://");
    return listed.contains(wanted)
        || (host >= 0
            && (wanted.startsWith("https:") || wanted.startsWith("http:"))
            && listed.contains(wanted.substring(host + 3)));
  }
}
