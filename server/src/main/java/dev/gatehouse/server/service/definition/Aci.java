package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.rest.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A service in one container of its own, with its own name when it has TLS. */
public record Aci(ObjectNode document, ImageRequest image) implements Definition {
  static final String TYPE = "ACI";
  private static final Version.Limits LIMITS =
      new Version.Limits(1, Duration.ofSeconds(60), Duration.ofSeconds(60));

  static Aci check(ObjectNode sent) {
    var image = ImageRequest.check(sent.path("environmentImageRequest"));
    var fields = Definition.common(sent, "");
    Definition.admission(sent, fields, false);
    fields
        .put("computeType", Json.MAPPER.getNodeFactory().stringNode(TYPE))
        .put("environmentImageRequest", image.document())
        .text("cname")
        .text("dnsNameLabel")
        .flag("sslEnabled", false)
        .text("sslCertificate")
        .object("encryptionProperties")
        .object("vnetConfiguration")
        .put("dataCollection", Aks.dataCollection(fields))
        .put(
            "containerResourceRequirements",
            fields
                .inner("containerResourceRequirements")
                .number("cpu", 0.1, Aks.SMALLEST)
                .number("memoryInGB", 0.5, Aks.SMALLEST)
                .done());
    return new Aci(withTls(fields.done()), image);
  }

  private static ObjectNode withTls(ObjectNode document) {
    if (!document.path("sslEnabled").booleanValue()) {
      document.putNull("cname");
      document.putNull("sslCertificate");
      return document;
    }
    for (String needed : List.of("cname", "sslCertificate")) {
      if (Json.text(document, needed).filter(text -> !text.isBlank()).isEmpty()) {
        throw ProblemException.invalid(
            "'sslEnabled' is true, but '"
                + needed
                + "' is missing; TLS needs 'cname', 'sslCertificate' and 'sslKey'.");
      }
    }
    return document;
  }

  /** The name that it is reached by when it has TLS. */
  public Optional<String> cname() {
    return Json.text(document, "cname");
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new Part(name().value(), 100, image, Scaling.fixed(1), Aks.memoryBytes(document), LIMITS));
  }

  @Override
  public Optional<String> computeName() {
    return Optional.empty();
  }

  @Override
  public boolean tls() {
    return document.path("sslEnabled").booleanValue();
  }
}
