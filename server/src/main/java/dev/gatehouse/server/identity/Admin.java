package dev.gatehouse.server.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.UUID;

/**
 * The one principal of an installation, made at its first start.
 *
 * @param id what scripts send as client id
 * @param tenant a GUID that tokens name
 * @param managedIdentityPath the secret last segment of the managed identity's URL
 */
public record Admin(String id, String tenant, String secret, String managedIdentityPath) {

  static Admin of(Installation installation, SecureRandom random) {
    return new Admin(
        installation.text("admin-id", () -> UUID.randomUUID().toString()),
        installation.text("tenant", () -> UUID.randomUUID().toString()),
        installation.text("admin-secret", () -> secret(random)),
        installation.text("managed-identity-path", () -> secret(random)));
  }

  boolean is(String givenId, String givenSecret) {
    boolean secretIsRight = same(secret, givenSecret);
    return id.equalsIgnoreCase(givenId) && secretIsRight;
  }

  boolean ownsManagedIdentity(String givenPath) {
    return same(managedIdentityPath, givenPath);
  }

  @Override
  public String toString() {
    return "Admin[" + id + ", •••]";
  }

  static String secret(SecureRandom random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean same(String expected, String given) {
    return MessageDigest.isEqual(digest(expected), digest(given));
  }
}
