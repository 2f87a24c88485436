package dev.gatehouse.api;

import tools.jackson.databind.JsonNode;

/**
 * What {@code admin.json} holds.
 *
 * @param tenant what scripts name as tenant
 * @param managedIdentity the path of the managed identity's endpoint, its last segment secret
 */
public record Credentials(
    String tenant, String clientId, Secret clientSecret, Secret managedIdentity) {

  /** Reads the document; IllegalArgumentException names what is missing. */
  public static Credentials parse(String json) {
    JsonNode document = Wire.parse(json);
    return new Credentials(
        Wire.text(document, "tenant"),
        Wire.text(document, "clientId"),
        new Secret(Wire.text(document, "clientSecret")),
        new Secret(Wire.text(document, "managedIdentity")));
  }
}
