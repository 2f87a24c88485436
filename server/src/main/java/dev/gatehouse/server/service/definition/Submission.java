package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
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
        brought(definition, Json.text(sent, "sslKey").filter(key -> !key.isBlank()), before),
        sent.path("overwrite").asBoolean(false));
  }

  private static Optional<BroughtPem> brought(
      Definition definition, Optional<String> key, Optional<Definition> before) {
    if (!(definition instanceof Aci aci) || aci.cname().isEmpty()) {
      return Optional.empty();
    }
    String cname = aci.cname().orElseThrow();
    String certificate = aci.document().path("sslCertificate").stringValue();
    if (key.isPresent()) {
      return key.map(pem -> new BroughtPem(cname, certificate, pem));
    }
    boolean same =
        before.isPresent()
            && before.get() instanceof Aci old
            && old.tls()
            && old.cname().equals(aci.cname())
            && old.document().path("sslCertificate").stringValue().equals(certificate);
    if (!same) {
      throw ProblemException.invalid(
          "'sslKey' is missing; a new certificate or name needs 'cname', 'sslCertificate' and 'sslKey' together.");
    }
    return Optional.empty();
  }
}
