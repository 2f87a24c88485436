package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The keys that a client chose for its service; never printed. */
public final class GivenKeys {
  private static final Pattern USABLE = Pattern.compile("[\\x21-\\x7e]{1,256}");

  private final JsonNode sent;

  private GivenKeys(JsonNode sent) {
    this.sent = sent;
  }

  /**
   * Takes the member {@code keys} of what a client sent; a key that no header can carry is a 400.
   */
  static GivenKeys of(JsonNode keys) {
    var given = new GivenKeys(keys);
    given.primary().ifPresent(GivenKeys::check);
    given.secondary().ifPresent(GivenKeys::check);
    return given;
  }

  public Optional<String> primary() {
    return Json.text(sent, "primaryKey").filter(key -> !key.isEmpty());
  }

  public Optional<String> secondary() {
    return Json.text(sent, "secondaryKey").filter(key -> !key.isEmpty());
  }

  /** A key that cannot be sent in a header is a 400. */
  public static String check(String key) {
    if (!USABLE.matcher(key).matches()) {
      throw ProblemException.invalid(
          "The key cannot be used; take 1 to 256 printable ASCII characters without spaces.");
    }
    return key;
  }
}
