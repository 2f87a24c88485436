package dev.gatehouse.api;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A compute target as the server shows it. */
public record ComputeTarget(JsonNode document) {

  /** The name that its services are served at over TLS. */
  public Optional<String> cname() {
    return document
        .path("properties")
        .path("properties")
        .path("sslConfiguration")
        .path("cname")
        .asStringOpt()
        .filter(name -> !name.isEmpty());
  }

  public Optional<ServedCertificate> certificate() {
    return ServedCertificate.read(document.path("properties").path("certificate"));
  }
}
