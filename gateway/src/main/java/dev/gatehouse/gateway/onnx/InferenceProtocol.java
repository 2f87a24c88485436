package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model.Answer;
import dev.gatehouse.gateway.Model.Ask;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** The routes below {@code /v2}: the Open Inference Protocol over REST, for this one model. */
final class InferenceProtocol {
  private final Graph graph;
  private final Scratch scratch;
  private final String modelName;
  private final String version;
  private final Set<String> tensors = new LinkedHashSet<>();

  InferenceProtocol(Graph graph, Scratch scratch, String modelName, String version) {
    this.graph = graph;
    this.scratch = scratch;
    this.modelName = modelName;
    this.version = version;
    graph.tensorOutputs().forEach(output -> tensors.add(output.name()));
  }

  Answer answer(Ask ask, String path, Function<Job, Answer> run) {
    var parts = List.of(path.substring(1).split("/", -1));
    if (parts.size() >= 3 && parts.get(1).equals("models")) {
      return model(ask, path, parts, run);
    }
    var answer =
        switch (path) {
          case "/v2", "/v2/" -> server();
          case "/v2/health/live" -> flag("live");
          case "/v2/health/ready" -> flag("ready");
          default -> throw Refusal.notFound("no such path: " + path);
        };
    OnnxModel.expect(ask, "GET", path);
    return answer;
  }

  private Answer model(Ask ask, String path, List<String> parts, Function<Job, Answer> run) {
    if (!parts.get(2).equals(modelName)) {
      throw Refusal.notFound("no model '" + parts.get(2) + "' (expected: " + modelName + ")");
    }
    var rest = parts.subList(3, parts.size());
    if (rest.size() >= 2 && rest.getFirst().equals("versions")) {
      if (!rest.get(1).equals(version)) {
        throw Refusal.notFound("no version '" + rest.get(1) + "' (expected: " + version + ")");
      }
      rest = rest.subList(2, rest.size());
    }
    var action = String.join("/", rest);
    if (!Set.of("", "ready", "infer").contains(action)) {
      throw Refusal.notFound("no such path: " + path);
    }
    OnnxModel.expect(ask, action.equals("infer") ? "POST" : "GET", path);
    return switch (action) {
      case "infer" -> run.apply(read(ask));
      case "ready" -> ready();
      default -> metadata();
    };
  }

  private Answer server() {
    return Json.answer(
        200,
        out -> {
          out.writeStartObject();
          out.writeStringProperty("name", "onnxruntime");
          out.writeStringProperty("version", graph.environment().getVersion());
          out.writeArrayPropertyStart("extensions");
          out.writeString("binary_tensor_data");
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  private static Answer flag(String name) {
    return Json.answer(
        200,
        out -> {
          out.writeStartObject();
          out.writeBooleanProperty(name, true);
          out.writeEndObject();
        });
  }

  private Answer ready() {
    return Json.answer(
        200,
        out -> {
          out.writeStartObject();
          out.writeStringProperty("name", modelName);
          out.writeBooleanProperty("ready", true);
          out.writeEndObject();
        });
  }

  private Answer metadata() {
    return Json.answer(
        200,
        out -> {
          out.writeStartObject();
          out.writeStringProperty("name", modelName);
          out.writeArrayPropertyStart("versions");
          out.writeString(version);
          out.writeEndArray();
          out.writeStringProperty("platform", "onnxruntime_onnx");
          specs(out, "inputs", graph.inputs());
          specs(out, "outputs", graph.tensorOutputs());
          out.writeEndObject();
        });
  }

  private static void specs(JsonGenerator out, String name, List<TensorSpec> specs) {
    out.writeArrayPropertyStart(name);
    for (var spec : specs) {
      out.writeStartObject();
      out.writeStringProperty("name", spec.name());
      out.writeStringProperty("datatype", spec.type().datatype);
      out.writeArrayPropertyStart("shape");
      spec.dims().forEach(out::writeNumber);
      out.writeEndArray();
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** Reads an inference request; the caller closes the job. */
  private Job read(Ask ask) {
    var feed = new Feed(graph, scratch);
    try {
      var request = InferRequest.read(ask.body(), ask.jsonLength(), feed);
      var names = new LinkedHashSet<String>();
      request.outputs().forEach(names::add);
      var wanted = names.isEmpty() ? tensors : ScoreRoute.chosen(graph, names, tensors);
      return new Job(feed, wanted, outputs -> write(request, outputs));
    } catch (RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  private Answer write(InferRequest request, Outputs outputs) {
    var tails = new ArrayList<byte[]>(0);
    var json =
        Json.bytes(out -> {
          out.writeStartObject();
          out.writeStringProperty("model_name", modelName);
          out.writeStringProperty("model_version", version);
          var id = request.id();
          if (id != null) {
            out.writeStringProperty("id", id);
          }
          out.writeArrayPropertyStart("outputs");
          for (int i = 0; i < outputs.names().size(); i++) {
            var name = outputs.names().get(i);
            var tensor = outputs.tensor(i).orElseThrow();
            output(out, name, tensor, request.binary(name), tails);
          }
          out.writeEndArray();
          out.writeEndObject();
        });
    if (tails.isEmpty()) {
      return new Answer(200, Json.TYPE, json);
    }
    var body = new ByteArrayOutputStream();
    body.writeBytes(json);
    tails.forEach(body::writeBytes);
    return new Answer(200, "application/octet-stream", body.toByteArray()).framed(json.length);
  }

  private static void output(
      JsonGenerator out, String name, TensorWriter tensor, boolean binary, List<byte[]> tails) {
    out.writeStartObject();
    out.writeStringProperty("name", name);
    out.writeStringProperty("datatype", tensor.type.datatype);
    out.writeArrayPropertyStart("shape");
    for (long dim : tensor.shape) {
      out.writeNumber(dim);
    }
    out.writeEndArray();
    if (binary) {
      var bytes = binary(tensor);
      tails.add(bytes);
      out.writeObjectPropertyStart("parameters");
      out.writeNumberProperty("binary_data_size", bytes.length);
      out.writeEndObject();
    } else {
      out.writeArrayPropertyStart("data");
      for (int i = 0; i < tensor.count(); i++) {
        tensor.element(out, i);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  private static byte[] binary(TensorWriter tensor) {
    if (tensor.type != ElementType.STRING) {
      return tensor.raw();
    }
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < tensor.count(); i++) {
      var text = tensor.string(i).getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).array());
      bytes.writeBytes(text);
    }
    return bytes.toByteArray();
  }
}
