package dev.gatehouse.api;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * What a ready server writes into {@code status.json}.
 *
 * @param ca the file with the root that all its certificates chain to
 * @param workspace the one that exists from the first start on
 */
public record ServerStatus(
    Address https,
    Address http,
    Address dns,
    String zone,
    String region,
    Path ca,
    long pid,
    WorkspaceId workspace) {

  /** Reads the document; IllegalArgumentException names what is missing or wrong. */
  public static ServerStatus parse(String json) {
    JsonNode document = Wire.parse(json);
    return new ServerStatus(
        address(document, "https"),
        address(document, "http"),
        address(document, "dns"),
        Wire.text(document, "zone"),
        Wire.text(document, "region"),
        Path.of(Wire.text(document, "ca")),
        Wire.number(document, "pid"),
        new WorkspaceId(
            Wire.text(document, "subscription"),
            Wire.text(document, "resourceGroup"),
            Wire.text(document, "workspace")));
  }

  private static Address address(JsonNode document, String name) {
    return Address.parse(Wire.text(document, name));
  }
}
