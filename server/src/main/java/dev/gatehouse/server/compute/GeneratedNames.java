package dev.gatehouse.server.compute;

import dev.gatehouse.api.ProblemException;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Makes host names from labels: {@code <label><six of a-z, 0-9>.<region>.<zone>}. */
public final class GeneratedNames {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int SUFFIX = 6;
  private static final Pattern REGION = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** The longest label that leaves room for six more characters in a DNS label. */
  private static final int LONGEST_LABEL = 57;

  private static final Pattern LABEL = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9-]{0,56}");

  private final String zone;
  private final RandomGenerator random;

  public GeneratedNames(String zone, RandomGenerator random) {
    this.zone = zone;
    this.random = random;
  }

  /**
   * The label of a generated name, or a 400.
   *
   * @param member where the client has written it
   */
  public static String label(String member, String label) {
    if (!LABEL.matcher(label).matches() || label.toLowerCase(Locale.ROOT).startsWith("xn--")) {
      throw ProblemException.invalid(
          "The %s '%s' is not possible (expected: 1 to %d letters, digits and dashes, the first a letter or digit)."
              .formatted(member, label, LONGEST_LABEL));
    }
    return label;
  }

  /** The region as a part of names, or a 400. */
  public static String region(String location) {
    String region = location.toLowerCase(Locale.ROOT).replace(" ", "");
    if (!REGION.matcher(region).matches()) {
      throw ProblemException.invalid(
          "The location '"
              + location
              + "' cannot be part of a DNS name (expected: letters, digits, dashes and blanks).");
    }
    return region;
  }

  /** Another one at each call. */
  public String next(String label, String region) {
    var name = new StringBuilder(label.toLowerCase(Locale.ROOT));
    for (int i = 0; i < SUFFIX; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.append('.').append(region).append('.').append(zone).toString();
  }
}
