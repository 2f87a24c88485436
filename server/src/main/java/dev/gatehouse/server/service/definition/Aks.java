package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.compute.local.Liveness;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.definition.Fields.Range;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A service on a compute target. */
public record Aks(ObjectNode document, ImageRequest image) implements Definition {
  static final String TYPE = "AKS";
  static final double SMALLEST = 0.001;
  private static final long GIGABYTE = 1L << 30;
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  static Aks check(ObjectNode sent) {
    var fields = Definition.common(sent, "");
    Definition.admission(sent, fields, true);
    fields.text("computeName").text("namespace");
    tlsSwitch(sent, fields);
    Trial.refuseOutsideEndpoints(fields.done().path("properties"));
    requireCompute(fields.done());
    var image = ImageRequest.check(sent.path("environmentImageRequest"));
    return new Aks(running(sent, fields, image), image);
  }

  static void requireCompute(ObjectNode document) {
    if (Json.text(document, "computeName").isEmpty()) {
      throw ProblemException.invalid(
          "'computeName' is missing; name the compute target to deploy to.");
    }
    Json.text(document, "namespace")
        .ifPresent(namespace -> {
          if (!NAMESPACE.matcher(namespace).matches()) {
            throw ProblemException.invalid(
                "The namespace '"
                    + namespace
                    + "' cannot be used; take at most 63 of a-z, 0-9 and '-', no '-' first or last.");
          }
        });
  }

  /** Adds the members that say how a service, or a version of an endpoint, runs. */
  static ObjectNode running(JsonNode sent, Fields fields, ImageRequest image) {
    return fields
        .put("computeType", Json.MAPPER.getNodeFactory().stringNode(TYPE))
        .put("environmentImageRequest", image.document())
        .flag("storageInitEnabled", false)
        .whole("maxConcurrentRequestsPerContainer", 1, Range.POSITIVE)
        .whole("maxQueueWaitMs", 500, Range.NATURAL)
        .whole("scoringTimeoutMs", 60_000, Range.SCORING_MILLIS)
        .whole("numReplicas", null, Range.REPLICAS)
        .put("autoScaler", autoScaler(sent, fields))
        .put("dataCollection", dataCollection(fields))
        .put("containerResourceRequirements", resources(fields))
        .put("livenessProbeRequirements", liveness(fields))
        .done();
  }

  static ObjectNode dataCollection(Fields fields) {
    return fields
        .inner("dataCollection")
        .flag("storageEnabled", false)
        .flag("eventHubEnabled", false)
        .done();
  }

  private static ObjectNode autoScaler(JsonNode sent, Fields fields) {
    boolean counted = sent.path("numReplicas").isNumber();
    ObjectNode scaler =
        fields
            .inner("autoScaler")
            .flag("autoscaleEnabled", !counted)
            .whole("minReplicas", 1, Range.REPLICAS)
            .whole("maxReplicas", null, Range.REPLICAS)
            .whole("targetUtilization", 70, new Range(1, 100))
            .whole("refreshPeriodInSeconds", 1, Range.POSITIVE)
            .done();
    int least = scaler.path("minReplicas").intValue();
    if (!scaler.path("maxReplicas").isNumber()) {
      scaler.put("maxReplicas", Math.max(10, least));
    }
    if (least > scaler.path("maxReplicas").intValue()) {
      throw ProblemException.invalid(
          "'autoScaler/minReplicas' is "
              + least
              + " and 'autoScaler/maxReplicas' is "
              + scaler.path("maxReplicas").intValue()
              + "; the first must not be greater.");
    }
    if (counted == scaler.path("autoscaleEnabled").booleanValue()) {
      throw ProblemException.invalid(
          counted
              ? "'numReplicas' cannot be set while 'autoScaler/autoscaleEnabled' is true; send one of them."
              : "'numReplicas' is missing while 'autoScaler/autoscaleEnabled' is false; send how many to run.");
    }
    return scaler;
  }

  private static ObjectNode resources(Fields fields) {
    ObjectNode resources =
        fields
            .inner("containerResourceRequirements")
            .number("cpu", 0.1, SMALLEST)
            .number("cpuLimit", null, SMALLEST)
            .number("memoryInGB", 0.5, SMALLEST)
            .number("memoryInGBLimit", null, SMALLEST)
            .whole("gpu", null, Range.NATURAL)
            .done();
    for (String what : List.of("cpu", "memoryInGB")) {
      JsonNode limit = resources.path(what + "Limit");
      if (limit.isNumber() && limit.doubleValue() < resources.path(what).doubleValue()) {
        throw ProblemException.invalid(
            "'containerResourceRequirements/%sLimit' is less than '%s'; send at least as much."
                .formatted(what, what));
      }
    }
    return resources;
  }

  private static ObjectNode liveness(Fields fields) {
    return fields
        .inner("livenessProbeRequirements")
        .whole("periodSeconds", 10, Range.POSITIVE)
        .whole("initialDelaySeconds", 310, Range.POSITIVE)
        .whole("timeoutSeconds", 2, Range.POSITIVE)
        .whole("successThreshold", 1, Range.POSITIVE)
        .whole("failureThreshold", 3, Range.POSITIVE)
        .done();
  }

  /** What a checked document of a service or version says about running it. */
  static Part part(
      String version, int share, ObjectNode document, ObjectNode endpoint, ImageRequest image) {
    JsonNode scaler = document.path("autoScaler");
    Scaling scaling =
        document.path("numReplicas").isNumber()
            ? Scaling.fixed(document.path("numReplicas").intValue())
            : new Scaling(
                scaler.path("minReplicas").intValue(),
                scaler.path("maxReplicas").intValue(),
                scaler.path("targetUtilization").intValue(),
                Duration.ofSeconds(scaler.path("refreshPeriodInSeconds").intValue()));
    return new Part(
        version,
        share,
        image,
        scaling,
        memoryBytes(document),
        livenessOf(document),
        new Version.Limits(
            document.path("maxConcurrentRequestsPerContainer").intValue(),
            Duration.ofMillis(document.path("maxQueueWaitMs").intValue()),
            Duration.ofMillis(document.path("scoringTimeoutMs").intValue())),
        Observed.of(document, endpoint),
        Batches.of(document));
  }

  private static Liveness livenessOf(ObjectNode document) {
    JsonNode probe = document.path("livenessProbeRequirements");
    return new Liveness(
        Duration.ofSeconds(probe.path("initialDelaySeconds").intValue()),
        Duration.ofSeconds(probe.path("periodSeconds").intValue()),
        Duration.ofSeconds(probe.path("timeoutSeconds").intValue()),
        probe.path("failureThreshold").intValue());
  }

  /** Keeps the member that switches TLS off; where it is on, its target says what that means. */
  static void tlsSwitch(JsonNode sent, Fields fields) {
    ObjectNode document = fields.flag("sslEnabled", true).done();
    if (sent.path("sslEnabled").isBoolean()
        && document.path("sslEnabled").booleanValue()
        && !tls(document)) {
      throw ProblemException.invalid(
          "'sslEnabled' is true, but the property '"
              + TLS_PROPERTY
              + "' is 'disabled'; leave one of them out.");
    }
    if (document.path("sslEnabled").booleanValue()) {
      document.remove("sslEnabled");
    }
  }

  /** The limit, or what was asked for when no limit is given. */
  static long memoryBytes(ObjectNode document) {
    JsonNode resources = document.path("containerResourceRequirements");
    JsonNode limit = resources.path("memoryInGBLimit");
    return (long)
        ((limit.isNumber() ? limit : resources.path("memoryInGB")).asDouble(0) * GIGABYTE);
  }

  /** Whether neither the member nor the property keeps it from its target's TLS. */
  static boolean tls(ObjectNode document) {
    return document.path("sslEnabled").asBoolean(true)
        && !"disabled".equals(document.path("properties").path(TLS_PROPERTY).asString(""));
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<Part> parts() {
    return List.of(part(name().value(), 100, document, document, image));
  }

  @Override
  public Optional<String> computeName() {
    return Json.text(document, "computeName");
  }

  @Override
  public boolean tls() {
    return tls(document);
  }
}
