package dev.gatehouse.api;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A host name that the server has made, and the address that it stands for. */
public record PublishedName(String name, String address) {
  public PublishedName {
    if (!name.matches("[A-Za-z0-9._-]+") || !address.matches("[0-9a-fA-F.:]+")) {
      throw new IllegalArgumentException(
          "name: '" + name + "', address: '" + address + "' (expected: a DNS name, an IP address)");
    }
  }

  /** Reads the answer of {@code GET /gatehouse/names}. */
  public static List<PublishedName> list(JsonNode document) {
    var names = new ArrayList<PublishedName>();
    for (JsonNode entry : document.path("names")) {
      names.add(new PublishedName(Wire.text(entry, "name"), Wire.text(entry, "address")));
    }
    return List.copyOf(names);
  }
}
