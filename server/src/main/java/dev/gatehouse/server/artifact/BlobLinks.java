package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Request;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Links to blobs that need no token: they carry what they allow, until when, and our HMAC-SHA256
 * over that. Valid for a day.
 */
public final class BlobLinks {
  /** The container of all artifacts, and the first segment of their paths. */
  static final String ARTIFACTS = "artifacts";

  /** The first segment of the paths of all other containers. */
  static final String CONTAINERS = "blobs";

  private static final Duration LIFE = Duration.ofDays(1);
  private static final String VERSION = "2021-08-06";

  private final SecretKeySpec key;
  private final InstantSource clock;

  /** The key is the installation's own, at least 32 bytes; another key ends all links. */
  public BlobLinks(byte[] key, InstantSource clock) {
    if (key.length < 32) {
      throw new IllegalArgumentException("key: " + key.length + " bytes (expected: at least 32)");
    }
    this.key = new SecretKeySpec(key, "HmacSHA256");
    this.clock = clock;
  }

  /**
   * Where the client uploads the artifact's blob: it rebuilds the host from the parts around the
   * first two dots, so these are hidden in the user part (PROTOCOL.md 7.2).
   */
  String upload(Request request, String blob) {
    return request.base().replaceFirst("https://", "https://s.blob.x@")
        + "/artifacts/"
        + blob
        + "?"
        + sign("b", "rcw", ARTIFACTS + "/" + blob);
  }

  /** Where the artifact's blob is downloaded with a plain GET. */
  String download(Request request, String blob) {
    return request.base() + "/artifacts/" + blob + "?" + sign("b", "r", ARTIFACTS + "/" + blob);
  }

  /** The query that opens a whole container, for reading, writing, deleting and listing. */
  String container(String container) {
    return sign("c", "racwdl", container);
  }

  /** A problem of 403 unless the request's query allows this on that blob, or its container. */
  void check(Request request, char permission, String container, String blob) {
    String scope = request.query("sr").orElse("");
    String allowed = request.query("sp").orElse("");
    String until = request.query("se").orElse("");
    String resource =
        switch (scope) {
          case "b" -> container + "/" + blob;
          case "c" -> container;
          default -> throw refused("it says neither sr=b nor sr=c");
        };
    byte[] expected = hmac(scope, allowed, until, resource);
    byte[] sent = request.query("sig").orElse("").getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, sent)) {
      throw refused("its signature does not fit; ask for a new link");
    }
    if (!clock.instant().isBefore(instant(until))) {
      throw refused("it ended at " + until + "; ask for a new link");
    }
    if (allowed.indexOf(permission) < 0) {
      throw refused("it allows '" + allowed + "' only, not '" + permission + "'");
    }
  }

  private String sign(String scope, String allowed, String resource) {
    String until = clock.instant().plus(LIFE).truncatedTo(ChronoUnit.SECONDS).toString();
    return "sv=%s&sr=%s&sp=%s&se=%s&sig=%s"
        .formatted(
            VERSION,
            scope,
            allowed,
            until,
            new String(hmac(scope, allowed, until, resource), StandardCharsets.US_ASCII));
  }

  /** In the URL's own base64 alphabet, so that nobody has to percent-encode it. */
  private byte[] hmac(String scope, String allowed, String until, String resource) {
    String signed = String.join("\n", scope, allowed, until, resource);
    try {
      Mac mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encode(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA256", e);
    }
  }

  private static Instant instant(String until) {
    try {
      return Instant.parse(until);
    } catch (DateTimeParseException e) {
      throw new ProblemException(refused("its end is no time").problem(), e);
    }
  }

  private static ProblemException refused(String why) {
    return new ProblemException(
        new Problem.Forbidden(
            "AuthenticationFailed", "The link to the blob is refused: " + why + "."));
  }
}
