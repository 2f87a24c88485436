package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Request;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * What the sender says about a body before it is read.
 *
 * @param length in bytes, -1 when it isn't said
 * @param digests by the algorithm's name in the JDK
 */
record Announced(long length, Map<String, byte[]> digests) {
  static final Announced NOTHING = new Announced(-1, Map.of());

  private static final Map<String, String> HEADERS =
      Map.of("content-sha256", "SHA-256", "content-md5", "MD5");

  Announced {
    digests = Map.copyOf(digests);
  }

  /** Reads {@code Content-Length}, {@code Content-sha256} and {@code Content-MD5}. */
  static Announced by(Request request) {
    var digests = new HashMap<String, byte[]>();
    HEADERS.forEach((header, algorithm) ->
        request.header(header).ifPresent(value -> digests.put(algorithm, decode(header, value))));
    return new Announced(request.length(), digests);
  }

  private static byte[] decode(String header, String value) {
    try {
      return Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          new Problem.Invalid(
              "InvalidHeaderValue", "The header " + header + " is not base64: '" + value + "'."),
          e);
    }
  }
}
