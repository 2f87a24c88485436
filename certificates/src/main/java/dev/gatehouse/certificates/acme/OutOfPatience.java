package dev.gatehouse.certificates.acme;

import org.shredzone.acme4j.exception.AcmeException;

/** The authority worked on an order for longer than we wait. */
final class OutOfPatience extends AcmeException {
  OutOfPatience(String message) {
    super(message);
  }
}
