package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.Access;
import dev.gatehouse.gateway.http.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lets a request in or refuses it with 401; made once per route. */
sealed interface Gate {
  String SCHEME = "bearer ";

  /** Throws a {@link Refusal}; takes the credential out of what the model gets to see. */
  void check(HttpHeaders headers, Tokens tokens);

  static Gate of(Access access, String service) {
    return switch (access) {
      case Access.Open _ -> new Open();
      case Access.Keys keys -> new Keys(bytes(keys.primary()), bytes(keys.secondary()), service);
      case Access.Tokens wanted -> new Signed(wanted, service);
    };
  }

  /** No check. */
  record Open() implements Gate {
    @Override
    public void check(HttpHeaders headers, Tokens tokens) {}
  }

  /** Both keys are always compared, in a time that only the length of what was sent decides. */
  final class Keys implements Gate {
    private final byte[] primary;
    private final byte[] secondary;
    private final String service;

    private Keys(byte[] primary, byte[] secondary, String service) {
      this.primary = primary;
      this.secondary = secondary;
      this.service = service;
    }

    @Override
    public void check(HttpHeaders headers, Tokens tokens) {
      byte[] sent = bytes(bearer(headers, service, "key"));
      boolean first = MessageDigest.isEqual(sent, primary);
      boolean second = MessageDigest.isEqual(sent, secondary);
      if (!first && !second) {
        throw denied("The key is not one of the two keys of service " + service + ".");
      }
    }
  }

  /** A JWT of the issuer. */
  record Signed(Access.Tokens wanted, String service) implements Gate {
    @Override
    public void check(HttpHeaders headers, Tokens tokens) {
      @Nullable String fault = tokens.fault(bearer(headers, service, "token"), wanted);
      if (fault != null) {
        throw denied("The token is not good for service " + service + ": " + fault + ".");
      }
    }
  }

  private static String bearer(HttpHeaders headers, String service, String what) {
    String header = headers.get(HttpHeaderNames.AUTHORIZATION, "");
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        || header.length() == SCHEME.length()) {
      throw denied(
          "Service %s wants its %s: send the header 'Authorization: Bearer <%s>'."
              .formatted(service, what, what));
    }
    headers.remove(HttpHeaderNames.AUTHORIZATION);
    return header.substring(SCHEME.length()).strip();
  }

  private static Refusal denied(String message) {
    return new Refusal(
        HttpResponseStatus.UNAUTHORIZED, message, Map.of("www-authenticate", "Bearer"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
