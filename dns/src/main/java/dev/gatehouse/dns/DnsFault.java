package dev.gatehouse.dns;

import java.io.IOException;

/** Another name server did not do what it was asked; the message names it and says what to do. */
public final class DnsFault extends IOException {
  DnsFault(String message) {
    super(message);
  }

  DnsFault(String message, Throwable cause) {
    super(message, cause);
  }
}
