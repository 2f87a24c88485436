package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.RenewalWindow;
import java.time.Instant;

/** The time in which the issuer of a certificate wants it renewed. */
public record Window(Instant start, Instant end) {
  static Window of(RenewalWindow window) {
    return new Window(window.start(), window.end());
  }
}
