package dev.gatehouse.certificates.acme;

import java.util.Base64;

/**
 * What ties the ACME account to one that the authority's customer already has (RFC 8555 §7.3.4).
 */
public sealed interface ExternalBinding {
  /** For authorities that take anybody. */
  record None() implements ExternalBinding {}

  /**
   * The identifier and the MAC key, base64url, as the authority hands them out; never prints it.
   */
  record Key(String identifier, String hmac) implements ExternalBinding {
    private static final int SHORTEST = 32;

    public Key {
      if (identifier.isBlank()) {
        throw new IllegalArgumentException(
            "key identifier: empty (expected: the one that the authority gave you)");
      }
      if (length(hmac) < SHORTEST) {
        throw new IllegalArgumentException(
            "HMAC key of '"
                + identifier
                + "': •••"
                + " (expected: at least 32 bytes in base64url, as the authority gave it)");
      }
    }

    private static int length(String hmac) {
      try {
        return Base64.getUrlDecoder().decode(hmac).length;
      } catch (IllegalArgumentException _) {
        return 0;
      }
    }

    @Override
    public String toString() {
      return "Key[" + identifier + ", •••]";
    }
  }
}
