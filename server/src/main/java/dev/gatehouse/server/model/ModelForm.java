package dev.gatehouse.server.model;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Json;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a client may say about a model, checked and brought into the shape that is kept. */
final class ModelForm {
  private static final Pattern NAME = Pattern.compile("^[a-zA-Z0-9][a-zA-Z0-9\\-\\._]{0,254}$");
  private static final List<String> FRAMEWORKS =
      List.of("Custom", "TensorFlow", "ScikitLearn", "Onnx", "TfKeras", "PyTorch", "Multi");
  private static final List<String> TEXTS =
      List.of(
          "url",
          "mimeType",
          "frameworkVersion",
          "description",
          "runId",
          "experimentName",
          "parentModelId");
  private static final List<String> REQUIREMENTS = List.of("cpu", "memoryInGB", "gpu");

  /** Without these a model would make the client look for datasets, which are not kept here. */
  private static final Set<String> DATASETS = Set.of("sampleInputData", "sampleOutputData");

  private ModelForm() {}

  static String name(ObjectNode sent) {
    String name = Json.requiredText(sent, "name");
    if (!NAME.matcher(name).matches()) {
      throw ProblemException.invalid(
          "The model name '%s' is refused (expected: 1 to 255 letters, digits, '-', '_' and '.', the first a letter or digit)."
              .formatted(name));
    }
    return name;
  }

  static String framework(ObjectNode sent) {
    String framework = Json.text(sent, "framework").orElse(FRAMEWORKS.getFirst());
    if (!FRAMEWORKS.contains(framework)) {
      throw ProblemException.invalid(
          "The framework '%s' is unknown (expected: one of %s)."
              .formatted(framework, String.join(", ", FRAMEWORKS)));
    }
    return framework;
  }

  /** The model without its name, id, version and times; absent members stay absent. */
  static ObjectNode document(ObjectNode sent) {
    ObjectNode document = Json.object();
    Json.requiredText(sent, "url");
    for (String member : TEXTS) {
      Json.text(sent, member).ifPresent(value -> document.put(member, value));
    }
    if (!document.has("mimeType")) {
      document.put("mimeType", "application/json");
    }
    document.put("framework", framework(sent));
    document.put("unpack", sent.path("unpack").asBoolean(false));
    document.set("datasets", sent.path("datasets").isArray() ? sent.get("datasets") : Json.array());
    // The client looks into the properties without asking whether there are any.
    for (String member : List.of("kvTags", "properties")) {
      set(document, member, sent.hasNonNull(member) ? sent.get(member) : Json.object());
    }
    if (sent.hasNonNull("resourceRequirements")) {
      set(document, "resourceRequirements", sent.get("resourceRequirements"));
    }
    return document;
  }

  /** Applies a JSON Patch (RFC 6902) of the operations and paths that clients use; else a 400. */
  static void patch(ObjectNode document, JsonNode patch) {
    if (!patch.isArray()) {
      throw ProblemException.invalid("The body must be a JSON Patch: a list of operations.");
    }
    for (JsonNode step : patch) {
      String operation = Json.requiredText(step, "op");
      String path = Json.requiredText(step, "path");
      String[] parts = path.split("/", 3);
      boolean known =
          parts.length == 2
              || (parts.length == 3 && List.of("kvTags", "properties").contains(parts[1]));
      if (!known || !parts[0].isEmpty()) {
        throw refused(operation, path);
      }
      switch (operation) {
        case "add", "replace" -> put(document, parts, step.path("value"));
        case "remove" -> {
          if (!remove(document, parts)) {
            throw refused(operation, path);
          }
        }
        default -> throw refused(operation, path);
      }
    }
  }

  private static void put(ObjectNode document, String[] path, JsonNode value) {
    if (path.length == 2) {
      set(document, path[1], value);
    } else {
      ObjectNode entries = entries(document, path[1]).deepCopy();
      entries.set(unescape(path[2]), value);
      set(document, path[1], entries);
    }
  }

  private static boolean remove(ObjectNode document, String[] path) {
    if (path.length == 3) {
      entries(document, path[1]).remove(unescape(path[2]));
      return true;
    }
    return switch (path[1]) {
      case "kvTags", "properties" -> {
        document.putObject(path[1]);
        yield true;
      }
      case "description", "resourceRequirements" -> {
        document.remove(path[1]);
        yield true;
      }
      default -> false;
    };
  }

  private static void set(ObjectNode document, String member, JsonNode value) {
    switch (member) {
      case "kvTags", "properties" -> document.set(member, texts(member, value));
      case "resourceRequirements" -> document.set(member, requirements(value));
      case "description" -> {
        if (!value.isString()) {
          throw ProblemException.invalid("'description' must be a string.");
        }
        document.set(member, value);
      }
      case "datasets" -> {
        if (!value.isArray()) {
          throw ProblemException.invalid("'datasets' must be a list.");
        }
        document.set(member, value);
      }
      default ->
          throw ProblemException.invalid(
              DATASETS.contains(member)
                  ? "'" + member + "' cannot be set: datasets are not kept here."
                  : "'" + member + "' of a model cannot be changed.");
    }
  }

  private static ObjectNode texts(String member, JsonNode value) {
    if (!(value instanceof ObjectNode object)) {
      throw ProblemException.invalid("'" + member + "' must be an object of strings.");
    }
    for (var entry : object.properties()) {
      if (!entry.getValue().isString() && !entry.getValue().isNull()) {
        throw ProblemException.invalid(
            "'%s' of '%s' must be a string, but is %s."
                .formatted(entry.getKey(), member, entry.getValue().getNodeType()));
      }
    }
    return object;
  }

  private static ObjectNode requirements(JsonNode value) {
    if (!(value instanceof ObjectNode object)) {
      throw ProblemException.invalid("'resourceRequirements' must be an object.");
    }
    ObjectNode kept = Json.object();
    for (String member : REQUIREMENTS) {
      JsonNode number = object.path(member);
      if (number.isNumber() && number.asDouble() >= 0) {
        kept.set(member, number);
      } else if (!number.isMissingNode() && !number.isNull()) {
        throw ProblemException.invalid(
            "'%s' of 'resourceRequirements' is %s (expected: a number from 0 on)."
                .formatted(member, number));
      }
    }
    return kept;
  }

  private static ObjectNode entries(ObjectNode document, String member) {
    return document.path(member) instanceof ObjectNode object ? object : document.putObject(member);
  }

  private static String unescape(String token) {
    return token.replace("~1", "/").replace("~0", "~");
  }

  private static ProblemException refused(String operation, String path) {
    return ProblemException.invalid(
        "The patch operation '" + operation + "' on '" + path + "' is not possible for a model.");
  }
}
