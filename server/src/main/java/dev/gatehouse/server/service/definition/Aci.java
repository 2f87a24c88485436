package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.compute.GeneratedNames;
import dev.gatehouse.server.compute.local.Liveness;
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
    Trial.refuseOutsideEndpoints(fields.done().path("properties"));
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
    return new Aci(withTls(fields.done(), given(sent, "sslKey")), image);
  }

  private static ObjectNode withTls(ObjectNode document, boolean keySent) {
    boolean on = document.path("sslEnabled").booleanValue();
    boolean brings = keySent || given(document, "cname") || given(document, "sslCertificate");
    if (!on || (!brings && given(document, "dnsNameLabel"))) {
      document.putNull("cname");
      document.putNull("sslCertificate");
      if (on) {
        GeneratedNames.label("dnsNameLabel", document.path("dnsNameLabel").stringValue());
      }
      return document;
    }
    for (String needed : List.of("cname", "sslCertificate")) {
      if (!given(document, needed)) {
        throw ProblemException.invalid(
            "'sslEnabled' is true, but '"
                + needed
                + "' is missing; TLS needs 'cname', 'sslCertificate' and 'sslKey', or none of them and a"
                + " 'dnsNameLabel', for which a name and its certificate are made.");
      }
    }
    return document;
  }

  private static boolean given(ObjectNode document, String member) {
    return Json.text(document, member).filter(text -> !text.isBlank()).isPresent();
  }

  /** The name that it brings a certificate for when it has TLS. */
  public Optional<String> cname() {
    return Json.text(document, "cname");
  }

  /** The label that a name and a certificate are made for, when it has TLS and brings none. */
  public Optional<String> generatedLabel() {
    return tls() && cname().isEmpty() ? Json.text(document, "dnsNameLabel") : Optional.empty();
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new Part(
            name().value(),
            100,
            image,
            Scaling.fixed(1),
            Aks.memoryBytes(document),
            Liveness.DEFAULT,
            LIMITS,
            Observed.of(document, document),
            Batches.of(document)));
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
