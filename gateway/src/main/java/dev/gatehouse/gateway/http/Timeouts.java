package dev.gatehouse.gateway.http;

import java.time.Duration;

/**
 * How long the asking side may take.
 *
 * @param handshake from the connection to the end of the TLS handshake
 * @param head from the first byte of a request to the end of its headers
 * @param idle between two requests of a connection
 * @param stall without a byte of body coming in, or of the answer going out
 */
public record Timeouts(Duration handshake, Duration head, Duration idle, Duration stall) {
  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(75),
          Duration.ofSeconds(60));
}
