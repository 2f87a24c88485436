package dev.gatehouse.server.service;

import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.secret.Sealer;
import dev.gatehouse.server.service.definition.GivenKeys;
import java.util.Base64;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/** The two keys of a service; never printed. */
record ServiceKeys(String primary, String secondary) {
  private static final int BYTES = 32;

  /** The given keys, and new ones in place of those that were not given. */
  static ServiceKeys of(GivenKeys given, RandomGenerator random) {
    return new ServiceKeys(
        given.primary().orElseGet(() -> generate(random)),
        given.secondary().orElseGet(() -> generate(random)));
  }

  /** These keys with the given ones in place. */
  ServiceKeys with(GivenKeys given) {
    return new ServiceKeys(given.primary().orElse(primary), given.secondary().orElse(secondary));
  }

  static String generate(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  byte[] seal(Sealer sealer, String serviceId) {
    String text = Json.object().put("primary", primary).put("secondary", secondary).toString();
    return sealer.sealText(text, context(serviceId));
  }

  static ServiceKeys open(byte[] sealed, Sealer sealer, String serviceId) {
    JsonNode keys = Json.parse(sealer.openText(sealed, context(serviceId)));
    return new ServiceKeys(
        keys.path("primary").stringValue(), keys.path("secondary").stringValue());
  }

  private static String context(String serviceId) {
    return "service-keys:" + serviceId;
  }

  @Override
  public String toString() {
    return "ServiceKeys[•••]";
  }
}
