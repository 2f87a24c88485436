package dev.gatehouse.api;

import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A deployed service as the server shows it. */
public record WebService(JsonNode document) {

  public String state() {
    return document.path("state").asString("");
  }

  /** Empty until it is ready. */
  public Optional<URI> scoringUri() {
    return document.path("scoringUri").asStringOpt().map(URI::create);
  }
}
