package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.BroughtPem;
import dev.gatehouse.server.rest.Json;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client wants, taken apart: the definition, which may be shown, and the secrets, which may
 * not.
 */
public record Submission(
    Definition definition, GivenKeys keys, Optional<BroughtPem> brought, boolean overwrite) {

  /** Checks a create request; one that overwrites may leave a certificate as it is. */
  public static Submission create(JsonNode body, Optional<Definition> before) {
    if (!(body instanceof ObjectNode sent)) {
      throw ProblemException.invalid("The request for a service must be a JSON object.");
    }
    return of(sent, before);
  }

  /** Checks a patch. */
  public static Submission update(Definition before, JsonNode operations) {
    return of(Patch.apply(before, operations), Optional.of(before));
  }

  private static Submission of(ObjectNode sent, Optional<Definition> before) {
    Definition definition = Definition.check(sent);
    ClientCa.check(definition);
    return new Submission(
        definition,
        GivenKeys.of(sent.path("keys")),
        brought(definition, sent, before),
        sent.path("overwrite").asBoolean(false));
  }

  private static Optional<BroughtPem> brought(
      Definition definition, ObjectNode sent, Optional<Definition> before) {
    if (!(definition instanceof Aci aci) || aci.cname().isEmpty()) {
      return Optional.empty();
    }
    String cname = aci.cname().orElseThrow();
    String certificate = aci.document().path("sslCertificate").stringValue();
    Optional<String> key = Json.text(sent, "sslKey").filter(text -> !text.isBlank());
    boolean same =
        key.isEmpty()
            && before.isPresent()
            && before.get() instanceof Aci old
            && old.tls()
            && old.cname().equals(aci.cname())
            && old.document().path("sslCertificate").stringValue().equals(certificate);
    return same
        ? Optional.empty()
        : Optional.of(
            new BroughtPem(
                cname, certificate, key.orElse(""), Json.text(sent, "sslPassphrase").orElse("")));
  }
}
