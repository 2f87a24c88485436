package dev.gatehouse.server.compute;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Makes host names from labels: {@code <label><six of a-z, 0-9>.<region>.<zone>}. */
public final class GeneratedNames {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int SUFFIX = 6;

  private final String zone;
  private final RandomGenerator random;

  public GeneratedNames(String zone, RandomGenerator random) {
    this.zone = zone;
    this.random = random;
  }

  /** Another one at each call. */
  String next(String label, String region) {
    var name = new StringBuilder(label.toLowerCase(Locale.ROOT));
    for (int i = 0; i < SUFFIX; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.append('.').append(region).append('.').append(zone).toString();
  }
}
