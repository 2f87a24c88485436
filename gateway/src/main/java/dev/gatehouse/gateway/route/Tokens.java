package dev.gatehouse.gateway.route;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.gatehouse.gateway.Access;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks JWTs, remembering the last good ones: a signature costs ten times the rest of a request.
 */
final class Tokens {
  private static final int REMEMBERED = 1024;
  private static final int LONGEST = 8 * 1024;
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final Map<Signed, Claims> good =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Signed, Claims> eldest) {
          return size() > REMEMBERED;
        }
      };

  private record Signed(ECPublicKey by, String token) {}

  private record Claims(List<String> audience, Instant expires, Instant notBefore) {}

  Tokens(InstantSource clock) {
    this.clock = clock;
  }

  /** Why the token is not good, or null. */
  @Nullable String fault(String token, Access.Tokens wanted) {
    if (token.length() > LONGEST) {
      return "it is longer than 8 KiB";
    }
    var key = new Signed(wanted.issuerKey(), token);
    var claims = good.get(key);
    if (claims == null) {
      claims = verified(token, wanted.issuerKey());
      if (claims == null) {
        return "it is no JWT (ES256) signed by its issuer";
      }
    }
    var now = clock.instant();
    if (!claims.audience().contains(wanted.audience())) {
      return "it is for another audience";
    }
    if (!now.isBefore(claims.expires())) {
      return "it has expired";
    }
    if (now.plus(SKEW).isBefore(claims.notBefore())) {
      return "it is not valid yet";
    }
    good.put(key, claims);
    return null;
  }

  private static @Nullable Claims verified(String token, ECPublicKey issuer) {
    try {
      var jwt = SignedJWT.parse(token);
      if (!JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())
          || !jwt.verify(new ECDSAVerifier(issuer))) {
        return null;
      }
      var claims = jwt.getJWTClaimsSet();
      var expires = claims.getExpirationTime();
      var notBefore = claims.getNotBeforeTime();
      return new Claims(
          List.copyOf(claims.getAudience()),
          expires == null ? Instant.EPOCH : expires.toInstant(),
          notBefore == null ? Instant.EPOCH : notBefore.toInstant());
    } catch (ParseException | JOSEException | IllegalArgumentException _) {
      return null;
    }
  }
}
