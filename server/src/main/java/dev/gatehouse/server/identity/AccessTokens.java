package dev.gatehouse.server.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Authenticator;
import dev.gatehouse.server.rest.Caller;
import dev.gatehouse.server.rest.Request;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Makes and checks the access tokens of the control plane: JWTs signed with ES256 by a key of this
 * installation.
 */
public final class AccessTokens implements Authenticator {
  /** How long an access token is good for. */
  public static final Duration LIFE = Duration.ofHours(1);

  static final String ISSUER = "gatehouse";
  static final String CONTROL_PLANE = "gatehouse-control-plane";
  static final String REFRESH = "gatehouse-refresh";

  private static final int REMEMBERED = 256;

  private final ECKey key;
  private final InstantSource clock;

  /** Claims of tokens whose signature was found good: it costs ten times the rest of a check. */
  private final Map<String, JWTClaimsSet> verified =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, JWTClaimsSet> eldest) {
              return size() > REMEMBERED;
            }
          });

  public AccessTokens(Installation installation, InstantSource clock) {
    this.key = parse(installation.text("token-key", AccessTokens::generate));
    this.clock = clock;
  }

  ECKey key() {
    return key;
  }

  /** Of the key that signs the tokens of web services too. */
  public ECPrivateKey privateKey() {
    try {
      return key.toECPrivateKey();
    } catch (JOSEException e) {
      throw new IllegalStateException("the signing key is no P-256 key", e);
    }
  }

  /** Of the key that signs the tokens of web services too. */
  public ECPublicKey publicKey() {
    try {
      return key.toECPublicKey();
    } catch (JOSEException e) {
      throw new IllegalStateException("the signing key is no P-256 key", e);
    }
  }

  String issue(Admin admin, String use, Duration life) {
    Instant now = clock.instant();
    return sign(
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(use)
            .subject(admin.id())
            .claim("oid", admin.id())
            .claim("appid", admin.id())
            .claim("tid", admin.tenant())
            .jwtID(UUID.randomUUID().toString())
            .issueTime(Date.from(now))
            .notBeforeTime(Date.from(now.minusSeconds(60)))
            .expirationTime(Date.from(now.plus(life)))
            .build());
  }

  /** The id token that the interactive login reads its user's name from. */
  String idToken(Admin admin, String issuer, String client) {
    Instant now = clock.instant();
    return sign(
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience(client)
            .subject(admin.id())
            .claim("tid", admin.tenant())
            .claim("oid", admin.id())
            .claim("upn", "admin@gatehouse")
            .claim("preferred_username", "admin@gatehouse")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFE)))
            .build());
  }

  @Override
  public Caller authenticate(Request request) {
    String header = request.header("authorization").orElse("");
    if (!header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      throw unauthenticated(
          "This call needs an access token in the header Authorization: Bearer <token>.");
    }
    return new Caller(check(header.substring(7).trim(), CONTROL_PLANE));
  }

  /**
   * The token's subject; a token that is broken, expired, not ours, or for another use is a 401.
   */
  String check(String token, String use) {
    JWTClaimsSet claims = verified.get(token);
    if (claims == null) {
      claims = verify(token);
    }
    if (!ISSUER.equals(claims.getIssuer()) || !claims.getAudience().contains(use)) {
      throw notOurs();
    }
    if (claims.getExpirationTime().toInstant().isBefore(clock.instant())) {
      throw unauthenticated("The access token has expired; sign in again.");
    }
    verified.put(token, claims);
    return claims.getSubject();
  }

  private JWTClaimsSet verify(String token) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      if (!JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())
          || !jwt.verify(new ECDSAVerifier(publicKey()))) {
        throw notOurs();
      }
      return jwt.getJWTClaimsSet();
    } catch (ParseException | JOSEException e) {
      throw unauthenticated("The access token is not a JWT that can be read; sign in again.");
    }
  }

  private static ProblemException notOurs() {
    return unauthenticated(
        "The access token was not issued by this Gatehouse for this use; sign in again.");
  }

  private String sign(JWTClaimsSet claims) {
    try {
      var jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
      jwt.sign(new ECDSASigner(key));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("a token cannot be signed", e);
    }
  }

  private static ProblemException unauthenticated(String message) {
    return new ProblemException(new Problem.Unauthenticated("AuthenticationFailed", message));
  }

  private static String generate() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate().toJSONString();
    } catch (JOSEException e) {
      throw new IllegalStateException("a signing key cannot be made", e);
    }
  }

  private static ECKey parse(String jwk) {
    try {
      return ECKey.parse(jwk);
    } catch (ParseException e) {
      throw new IllegalStateException("the stored signing key cannot be read", e);
    }
  }
}
