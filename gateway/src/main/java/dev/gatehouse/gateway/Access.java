package dev.gatehouse.gateway;

import java.security.interfaces.ECPublicKey;

/** Who may score. */
public sealed interface Access {
  /** Everybody. */
  record Open() implements Access {}

  /** Whoever sends one of the two keys as a bearer; both are compared in constant time. */
  record Keys(String primary, String secondary) implements Access {
    @Override
    public String toString() {
      return "Keys[•••]";
    }
  }

  /** Whoever sends a JWT (ES256) of this issuer that names the audience and has not expired. */
  record Tokens(ECPublicKey issuerKey, String audience) implements Access {}
}
