package dev.gatehouse.dns;

import java.time.Duration;

/**
 * How much TCP clients may hold.
 *
 * @param connections at this number the connection that has been silent for longest makes room
 * @param idle how long a client may take to send its next question whole
 */
public record TcpLimits(int connections, Duration idle) {
  /** 256 connections, 10 seconds. */
  public static final TcpLimits DEFAULT = new TcpLimits(256, Duration.ofSeconds(10));

  public TcpLimits {
    if (connections < 1) {
      throw new IllegalArgumentException(
          "DNS TCP connections: " + connections + " (expected: at least 1)");
    }
    if (idle.toMillis() < 1 || idle.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "DNS TCP idle time: " + idle + " (expected: 1 ms to 1 day)");
    }
  }
}
