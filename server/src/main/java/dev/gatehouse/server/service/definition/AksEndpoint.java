package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.definition.Fields.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Several versions behind one name; the default version gets the traffic that the others leave. */
public record AksEndpoint(ObjectNode document, List<Part> parts) implements Definition {
  static final String TYPE = "AKSENDPOINT";
  private static final int MAX_VERSIONS = 6;

  public AksEndpoint {
    parts = List.copyOf(parts);
  }

  /** Whether it is the one that gets the traffic that the others leave. */
  public boolean isDefault(String version) {
    return document.path("versions").path(version).path("isDefault").booleanValue();
  }

  @Override
  public Trial trial(String version) {
    return Trial.of(version, document.path("versions").path(version).path("properties"));
  }

  static AksEndpoint check(ObjectNode sent) {
    var fields = Definition.common(sent, "");
    Definition.admission(sent, fields, true);
    fields.text("computeName").text("namespace");
    Aks.tlsSwitch(sent, fields);
    ObjectNode document = fields.done().put("computeType", TYPE);
    Aks.requireCompute(document);
    Map<String, ImageRequest> images = new java.util.HashMap<>();
    ObjectNode versions = Json.object();
    for (var version : sent.path("versions").properties()) {
      versions.set(
          version.getKey(), version(version.getKey(), version.getValue(), document, images));
    }
    if (versions.isEmpty() || versions.size() > MAX_VERSIONS) {
      throw ProblemException.invalid(
          "The endpoint has " + versions.size() + " versions; it needs 1 to " + MAX_VERSIONS + ".");
    }
    String main = chooseDefault(versions);
    document.set("versions", versions);
    return new AksEndpoint(document, parts(document, main, images));
  }

  private static ObjectNode version(
      String name, JsonNode sent, ObjectNode endpoint, Map<String, ImageRequest> images) {
    new ServiceName(name);
    var image = ImageRequest.check(sent.path("environmentImageRequest"));
    images.put(name, image);
    var fields =
        Definition.common(sent, "versions/" + name + "/")
            .whole("trafficPercentile", null, Range.PERCENT)
            .flag("isDefault", false)
            .text("type");
    ObjectNode version = Aks.running(sent, fields, image);
    version.put("name", name);
    Trial.of(name, version.path("properties"));
    for (String shared : List.of("computeName", "namespace", "authEnabled", "aadAuthEnabled")) {
      version.set(shared, endpoint.path(shared));
    }
    version.put("type", type(name, Json.text(version, "type")));
    return version;
  }

  private static String type(String version, Optional<String> sent) {
    return switch (sent.orElse("").toLowerCase(Locale.ROOT)) {
      case "control" -> "Control";
      case "treatment" -> "Treatment";
      case "" -> "";
      case String other ->
          throw ProblemException.invalid(
              "'versions/" + version + "/type' is '" + other + "'; send Control or Treatment.");
    };
  }

  /** One version is the default: the one that says so, or the first. */
  private static String chooseDefault(ObjectNode versions) {
    List<String> claimed = new ArrayList<>();
    versions.forEachEntry((name, version) -> {
      if (version.path("isDefault").booleanValue()) {
        claimed.add(name);
      }
    });
    if (claimed.size() > 1) {
      throw ProblemException.invalid(
          "The versions "
              + String.join(" and ", claimed)
              + " are both the default; only one can be.");
    }
    String main =
        claimed.isEmpty() ? versions.propertyNames().iterator().next() : claimed.getFirst();
    versions.forEachEntry((name, node) -> {
      var version = (ObjectNode) node;
      boolean isMain = name.equals(main);
      version.put("isDefault", isMain);
      if (version.path("type").stringValue().isEmpty()) {
        version.put("type", isMain ? "Control" : "Treatment");
      }
      if (version.path("trafficPercentile").isNull()) {
        version.put("trafficPercentile", isMain ? 100 : 0);
      }
    });
    return main;
  }

  private static List<Part> parts(
      ObjectNode document, String main, Map<String, ImageRequest> images) {
    JsonNode versions = document.path("versions");
    int others = 0;
    for (var version : versions.properties()) {
      others +=
          version.getKey().equals(main)
              ? 0
              : version.getValue().path("trafficPercentile").intValue();
    }
    if (others > 100) {
      throw ProblemException.invalid(
          "The versions besides the default '"
              + main
              + "' get "
              + others
              + " percent of the traffic together; at most 100 are there.");
    }
    var parts = new ArrayList<Part>();
    for (var version : versions.properties()) {
      String name = version.getKey();
      int share =
          name.equals(main)
              ? 100 - others
              : version.getValue().path("trafficPercentile").intValue();
      ImageRequest image = images.get(name);
      if (image != null) {
        parts.add(Aks.part(name, share, (ObjectNode) version.getValue(), document, image));
      }
    }
    return parts;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Optional<String> computeName() {
    return Json.text(document, "computeName");
  }

  @Override
  public boolean tls() {
    return Aks.tls(document);
  }
}
