package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.ClientRoots;
import dev.gatehouse.gateway.Origins;
import dev.gatehouse.server.rest.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a service shall be; its document holds no secret. */
public sealed interface Definition permits Aci, Aks, AksEndpoint {
  /** The member of {@code properties} that keeps one service on plain HTTP. */
  String TLS_PROPERTY = "gatehouse.tls";

  /** The member of {@code properties} with the PEM of the CAs whose clients it lets in. */
  String CLIENT_CA_PROPERTY = "gatehouse.client-ca";

  /** The member of {@code properties} that lets pages of other origins ask the service. */
  String CORS_PROPERTY = "gatehouse.cors";

  /** The variable of an environment that does the same, as the cloud's servers have it. */
  String CORS_VARIABLE = "AML_CORS_ORIGINS";

  /** As clients get it, but for what only the running service knows; not to be changed. */
  ObjectNode document();

  /** At least one; the shares add up to 100. */
  List<Part> parts();

  /** The compute target that it names; empty for a container of its own. */
  Optional<String> computeName();

  /** Whether it wants TLS where its target has it. */
  boolean tls();

  /** The value of {@code computeType}. */
  String type();

  default ServiceName name() {
    return new ServiceName(document().path("name").stringValue());
  }

  default Admission admission() {
    if (document().path("aadAuthEnabled").booleanValue()) {
      return Admission.TOKENS;
    }
    return document().path("authEnabled").booleanValue() ? Admission.KEYS : Admission.OPEN;
  }

  /** The CAs whose clients are let in; none of them when everybody is. */
  default ClientRoots clientRoots() {
    return ClientCa.roots(document());
  }

  /**
   * Whose pages may ask it: as the property says, else as the environments do; a fault is a 400.
   */
  default Origins origins() {
    JsonNode property = document().path("properties").path(CORS_PROPERTY);
    String from = property.isString() ? CORS_PROPERTY : CORS_VARIABLE;
    String list =
        property.isString()
            ? property.stringValue()
            : parts().stream()
                .map(part ->
                    part.image().environment().path("environmentVariables").path(CORS_VARIABLE))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .collect(Collectors.joining(","));
    try {
      return Origins.of(list);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          new Problem.Invalid("InvalidOrigin", from + ": " + e.getMessage() + "."), e);
    }
  }

  /** How that version is tried out. */
  default Trial trial(String version) {
    return Trial.NONE;
  }

  /** The ids of all models of all versions. */
  default Set<String> modelIds() {
    return parts().stream()
        .flatMap(part -> part.image().modelIds().stream())
        .collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
  }

  /** Checks what a client sent, or what was stored; a fault is a 400. */
  static Definition check(ObjectNode sent) {
    new ServiceName(Json.requiredText(sent, "name"));
    return switch (Json.requiredText(sent, "computeType").toUpperCase(java.util.Locale.ROOT)) {
      case Aci.TYPE -> Aci.check(sent);
      case Aks.TYPE -> Aks.check(sent);
      case AksEndpoint.TYPE -> AksEndpoint.check(sent);
      case String other ->
          throw ProblemException.invalid(
              "'computeType' is '"
                  + other
                  + "'; send one of "
                  + String.join(", ", Stream.of(Aci.TYPE, Aks.TYPE, AksEndpoint.TYPE).toList())
                  + ".");
    };
  }

  /** The members that every kind has. */
  static Fields common(JsonNode sent, String prefix) {
    return new Fields(sent, prefix)
        .text("name")
        .text("description")
        .texts("kvTags")
        .texts("properties")
        .text("location")
        .flag("appInsightsEnabled", false);
  }

  /** Whether callers need a key or a token; both at once is a 400. */
  static void admission(JsonNode sent, Fields fields, boolean keysByDefault) {
    fields.flag("aadAuthEnabled", false);
    boolean tokens = fields.done().path("aadAuthEnabled").booleanValue();
    fields.flag("authEnabled", keysByDefault && !tokens);
    if (tokens && fields.done().path("authEnabled").booleanValue()) {
      throw ProblemException.invalid(
          "'authEnabled' and 'aadAuthEnabled' cannot both be true; a service takes keys or tokens.");
    }
  }
}
