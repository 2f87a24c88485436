package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON Patch as clients of services write it: keys of properties are not escaped. */
public final class Patch {
  private static final Set<String> NAMED =
      Set.of("kvTags", "description", "authEnabled", "aadAuthEnabled", "appInsightsEnabled");
  private static final Set<String> RUN =
      Set.of("environmentImageRequest", "containerResourceRequirements/", "dataCollection/");
  private static final Set<String> SCALE =
      Set.of(
          "numReplicas",
          "scoringTimeoutMs",
          "maxConcurrentRequestsPerContainer",
          "maxQueueWaitMs",
          "storageInitEnabled",
          "autoScaler/",
          "livenessProbeRequirements/");
  private static final Set<String> ACI =
      union(
          List.of(
              NAMED,
              RUN,
              Set.of(
                  "sslEnabled",
                  "sslCertificate",
                  "sslKey",
                  "sslPassphrase",
                  "cname",
                  "dnsNameLabel")));
  private static final Set<String> AKS =
      union(List.of(NAMED, RUN, SCALE, Set.of("namespace", "sslEnabled")));
  private static final Set<String> ENDPOINT =
      union(List.of(NAMED, Set.of("namespace", "sslEnabled")));
  private static final Set<String> VERSION =
      union(
          List.of(
              RUN,
              SCALE,
              Set.of(
                  "kvTags",
                  "description",
                  "appInsightsEnabled",
                  "trafficPercentile",
                  "isDefault",
                  "type")));

  private final ObjectNode document;
  private final Set<String> allowed;
  private final boolean endpoint;

  private Patch(Definition before) {
    document = before.document().deepCopy();
    endpoint = before instanceof AksEndpoint;
    allowed =
        switch (before) {
          case Aci _ -> ACI;
          case Aks _ -> AKS;
          case AksEndpoint _ -> ENDPOINT;
        };
  }

  /**
   * The document with the changes in it, still to be checked as a whole; it may hold a private key
   * in {@code sslKey} and its passphrase.
   */
  public static ObjectNode apply(Definition before, JsonNode operations) {
    if (!operations.isArray()) {
      throw ProblemException.invalid("The body must be a JSON Patch: a list of operations.");
    }
    var patch = new Patch(before);
    for (JsonNode operation : operations) {
      patch.apply(operation);
    }
    return patch.document;
  }

  /** Whether it says what traffic a version of an endpoint is to get. */
  public static boolean setsTraffic(JsonNode operations) {
    for (JsonNode operation : operations) {
      if (operation
          .path("path")
          .asString("")
          .matches("/?versions/[^/]+/(trafficPercentile|isDefault)")) {
        return true;
      }
    }
    return false;
  }

  private void apply(JsonNode operation) {
    String op = Json.requiredText(operation, "op");
    String path = Json.requiredText(operation, "path");
    JsonNode value = operation.path("value");
    if (!Set.of("add", "replace", "remove").contains(op)) {
      throw ProblemException.invalid(
          "The patch operation '" + op + "' is not possible; send add, replace or remove.");
    }
    if (!op.equals("remove") && value.isMissingNode()) {
      throw ProblemException.invalid(
          "The patch operation on '" + path + "' has no 'value'; send the new value.");
    }
    JsonNode wanted = op.equals("remove") ? null : value;
    String[] segments =
        path.startsWith("/") ? path.substring(1).split("/", 3) : new String[] {path};
    if (endpoint && segments[0].equals("versions") && segments.length == 2) {
      version(segments[1], wanted);
    } else if (endpoint && segments[0].equals("versions") && segments.length == 3) {
      if (!(document.path("versions").path(segments[1]) instanceof ObjectNode version)) {
        throw noVersion(segments[1]);
      }
      field(new Target(version, VERSION, path), segments[2], wanted);
    } else {
      String field = path.startsWith("/") ? path.substring(1) : path;
      field(new Target(document, allowed, path), field, wanted);
    }
  }

  private record Target(ObjectNode object, Set<String> allowed, String path) {}

  private void version(String name, @Nullable JsonNode value) {
    var versions = (ObjectNode) document.path("versions");
    if (value != null) {
      if (!value.isObject()) {
        throw ProblemException.invalid("The value of '/versions/" + name + "' must be an object.");
      }
      versions.set(name, value.deepCopy());
      return;
    }
    JsonNode version = versions.path(name);
    if (version.isMissingNode()) {
      throw noVersion(name);
    }
    if (versions.size() == 1) {
      throw ProblemException.invalid(
          "'" + name + "' is the endpoint's only version; delete the endpoint instead.");
    }
    if (version.path("isDefault").booleanValue()) {
      throw ProblemException.invalid(
          "'" + name + "' is the endpoint's default version; make another one the default first.");
    }
    versions.remove(name);
  }

  private static ProblemException noVersion(String name) {
    return ProblemException.invalid("The endpoint has no version '" + name + "'.");
  }

  private static void field(Target target, String field, @Nullable JsonNode value) {
    if (field.startsWith("properties/")) {
      property(target, field.substring("properties/".length()), value);
      return;
    }
    int slash = field.indexOf('/');
    String known = slash < 0 ? field : field.substring(0, slash + 1);
    if (!target.allowed().contains(known)) {
      throw ProblemException.invalid(
          "'"
              + target.path()
              + "' cannot be changed; what can be changed is: "
              + target.allowed().stream().sorted().collect(Collectors.joining(", "))
              + " and new properties.");
    }
    JsonNode stored = value == null ? Json.MAPPER.getNodeFactory().nullNode() : value.deepCopy();
    if (slash < 0) {
      target.object().set(field, stored);
    } else if (target.object().path(known.substring(0, slash)) instanceof ObjectNode inner) {
      inner.set(field.substring(slash + 1), stored);
    }
    keepExclusive(target.object(), field, stored);
  }

  /** Of two members that exclude each other, the one that was set last wins. */
  private static void keepExclusive(ObjectNode object, String field, JsonNode value) {
    boolean on = value.isBoolean() && value.booleanValue();
    if (field.equals("authEnabled") && on) {
      object.put("aadAuthEnabled", false);
    } else if (field.equals("aadAuthEnabled") && on) {
      object.put("authEnabled", false);
    } else if (field.equals("autoScaler/autoscaleEnabled") && on) {
      object.putNull("numReplicas");
    } else if (field.equals("sslEnabled")
        && object.path("properties") instanceof ObjectNode properties) {
      properties.remove(Definition.TLS_PROPERTY);
    } else if (field.equals("numReplicas")
        && object.path("autoScaler") instanceof ObjectNode scaler) {
      scaler.put("autoscaleEnabled", !value.isNumber());
    }
  }

  /** Properties are written once, but for what clients send anew by themselves, and our own. */
  private static void property(Target target, String key, @Nullable JsonNode value) {
    if (!(target.object().path("properties") instanceof ObjectNode properties)) {
      throw ProblemException.invalid("'" + target.path() + "' cannot be changed.");
    }
    JsonNode before = properties.path(key);
    boolean free =
        before.isMissingNode()
            || Stream.of("azureml.", "mlflow.", "gatehouse.").anyMatch(key::startsWith);
    if (!free && !before.equals(value)) {
      throw ProblemException.invalid(
          "The property '" + key + "' is set already and cannot be changed; use a tag instead.");
    }
    if (key.equals(Definition.TLS_PROPERTY) && !target.allowed().equals(ACI)) {
      target.object().remove("sslEnabled");
    }
    if (value == null) {
      properties.remove(key);
    } else {
      properties.set(key, value);
    }
  }

  private static Set<String> union(List<Set<String>> sets) {
    return sets.stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }
}
