package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model.Answer;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Describes {@code /score} with rows under {@code data}, as Swagger 2 or OpenAPI 3. */
final class Swagger {
  private final JsonGenerator out;
  private final Graph graph;
  private final boolean three;

  private Swagger(JsonGenerator out, Graph graph, boolean three) {
    this.out = out;
    this.graph = graph;
    this.three = three;
  }

  /** Takes the query of the request, so {@code version=3}; without a version it is Swagger 2. */
  static Answer describe(Graph graph, String query) {
    var version = "2";
    for (var parameter : query.split("&", -1)) {
      if (parameter.startsWith("version=")) {
        version = parameter.substring("version=".length());
      }
    }
    boolean three =
        switch (version) {
          case "2", "2.0" -> false;
          case "3", "3.0", "3.1" -> true;
          default ->
              throw Refusal.notFound(
                  "no description of version '" + version + "' (expected: 2 or 3)");
        };
    return Json.answer(200, out -> new Swagger(out, graph, three).write());
  }

  private void write() {
    out.writeStartObject();
    out.writeStringProperty(three ? "openapi" : "swagger", three ? "3.0.3" : "2.0");
    object("info", this::about);
    if (!three) {
      strings("consumes", Json.TYPE);
      strings("produces", Json.TYPE);
      object("securityDefinitions", () -> object("Bearer", this::security));
    }
    out.writeArrayPropertyStart("security");
    out.writeStartObject();
    strings("Bearer");
    out.writeEndObject();
    out.writeEndArray();
    object(
        "paths",
        () -> {
          object("/", () -> object("get", this::health));
          object("/score", () -> object("post", this::score));
        });
    if (three) {
      object(
          "components",
          () -> {
            object("securitySchemes", () -> object("Bearer", this::security));
            object("schemas", this::schemas);
          });
    } else {
      object("definitions", this::schemas);
    }
    out.writeEndObject();
  }

  private void about() {
    out.writeStringProperty("title", "ONNX model");
    out.writeStringProperty("description", "Scores rows with an ONNX model.");
    out.writeStringProperty("version", "1.0");
  }

  private void security() {
    if (three) {
      out.writeStringProperty("type", "http");
      out.writeStringProperty("scheme", "bearer");
    } else {
      out.writeStringProperty("type", "apiKey");
      out.writeStringProperty("name", "Authorization");
      out.writeStringProperty("in", "header");
      out.writeStringProperty("description", "For example: Bearer abc123");
    }
  }

  private void health() {
    out.writeStringProperty("operationId", "ServiceHealthCheck");
    object(
        "responses", () -> object("200", () -> out.writeStringProperty("description", "Healthy")));
  }

  private void score() {
    out.writeStringProperty("operationId", "RunMLService");
    if (three) {
      object(
          "requestBody",
          () -> {
            out.writeBooleanProperty("required", true);
            content("ServiceInput");
          });
    } else {
      out.writeArrayPropertyStart("parameters");
      out.writeStartObject();
      out.writeStringProperty("name", "serviceInputPayload");
      out.writeStringProperty("in", "body");
      out.writeBooleanProperty("required", true);
      content("ServiceInput");
      out.writeEndObject();
      out.writeEndArray();
    }
    object(
        "responses",
        () -> {
          response("200", "The outputs of the model by name", "ServiceOutput");
          response("default", "Why there are none", "ErrorResponse");
        });
  }

  private void response(String status, String description, String schema) {
    object(
        status,
        () -> {
          out.writeStringProperty("description", description);
          content(schema);
        });
  }

  private void content(String schema) {
    var reference = (three ? "#/components/schemas/" : "#/definitions/") + schema;
    Runnable schemaOf = () -> object("schema", () -> out.writeStringProperty("$ref", reference));
    if (three) {
      object("content", () -> object(Json.TYPE, schemaOf));
    } else {
      schemaOf.run();
    }
  }

  private void schemas() {
    object(
        "ServiceInput",
        () -> {
          out.writeStringProperty("type", "object");
          strings("required", "data");
          object("properties", () -> object("data", this::data));
        });
    object(
        "ServiceOutput",
        () -> {
          out.writeStringProperty("type", "object");
          object("properties", this::outputs);
        });
    object(
        "ErrorResponse",
        () -> {
          out.writeStringProperty("type", "object");
          object(
              "properties",
              () -> object("message", () -> out.writeStringProperty("type", "string")));
        });
  }

  private void data() {
    if (graph.inputs().size() == 1) {
      tensor(graph.inputs().getFirst(), 0);
      return;
    }
    out.writeStringProperty("type", "object");
    strings("required", graph.inputNames().toArray(new String[0]));
    object(
        "properties",
        () -> graph.inputs().forEach(spec -> object(spec.name(), () -> tensor(spec, 0))));
  }

  private void outputs() {
    for (var name : graph.outputNames()) {
      var tensor = graph.tensorOutputs().stream().filter(spec -> spec.name().equals(name));
      object(
          name, () -> tensor.findFirst().ifPresentOrElse(spec -> tensor(spec, 0), this::sequence));
    }
  }

  /** A classifier's probabilities by label, one object a row. */
  private void sequence() {
    out.writeStringProperty("type", "array");
    object("items", () -> out.writeStringProperty("type", "object"));
  }

  private void tensor(TensorSpec spec, int axis) {
    if (axis < spec.dims().size()) {
      out.writeStringProperty("type", "array");
      long dim = spec.dims().get(axis);
      if (dim >= 0) {
        out.writeNumberProperty("minItems", dim);
        out.writeNumberProperty("maxItems", dim);
      }
      object("items", () -> tensor(spec, axis + 1));
    } else if (axis > 0) {
      element(spec.type());
    }
  }

  private void element(ElementType type) {
    var words =
        switch (type) {
          case FLOAT, FLOAT16, BFLOAT16 -> List.of("number", "float");
          case DOUBLE -> List.of("number", "double");
          case INT8, UINT8, INT16, UINT16, INT32 -> List.of("integer", "int32");
          case UINT32, INT64, UINT64 -> List.of("integer", "int64");
          case BOOL -> List.of("boolean");
          case STRING -> List.of("string");
        };
    out.writeStringProperty("type", words.getFirst());
    if (words.size() > 1) {
      out.writeStringProperty("format", words.getLast());
    }
  }

  private void object(String name, Runnable content) {
    out.writeObjectPropertyStart(name);
    content.run();
    out.writeEndObject();
  }

  private void strings(String name, String... values) {
    out.writeArrayPropertyStart(name);
    for (var value : values) {
      out.writeString(value);
    }
    out.writeEndArray();
  }
}
