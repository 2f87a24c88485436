package dev.gatehouse.gateway;

/**
 * Whether requests to a version, and their answers, are collected.
 *
 * @param place where they belong, in the receiver's words
 * @param sample how many of them, 0 to 1
 */
public record DataCollection(String place, double sample) {
  public static final DataCollection OFF = new DataCollection("", 0);

  public DataCollection {
    if (!(sample >= 0 && sample <= 1)) {
      throw new IllegalArgumentException("sample: " + sample + " (expected: 0 to 1)");
    }
  }

  public boolean on() {
    return sample > 0;
  }
}
