package dev.gatehouse.server.service;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.gatehouse.server.rest.Json;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signs the tokens with which services are called. A token is good for twelve hours past the time
 * when its holder should fetch the next: the v1 client compares that time in the wrong zone.
 */
final class ServiceTokens {
  private static final String ISSUER = "gatehouse";
  private static final Duration REFRESH = Duration.ofHours(1);
  private static final Duration BEYOND = Duration.ofHours(12);

  private final ECPrivateKey key;
  private final InstantSource clock;

  ServiceTokens(ECPrivateKey key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
  }

  /** The answer to a request for a token, as clients read it. */
  ObjectNode issue(String serviceId, String subject) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant refresh = now.plus(REFRESH);
    Instant expiry = refresh.plus(BEYOND);
    var claims =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(serviceId)
            .subject(subject)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(expiry))
            .build();
    var token = new SignedJWT(new JWSHeader(JWSAlgorithm.ES256), claims);
    try {
      token.sign(new ECDSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("a service token could not be signed", e);
    }
    return Json.object()
        .put("accessToken", token.serialize())
        .put("tokenType", "Bearer")
        .put("refreshAfter", refresh.getEpochSecond())
        .put("expiryOn", expiry.getEpochSecond());
  }
}
