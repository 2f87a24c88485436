package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** The outputs of a run through ONNX Runtime's Java binding: strings, sequences and maps too. */
record BoundOutputs(OrtSession.Result result, List<String> names) implements Outputs {
  static BoundOutputs of(OrtSession.Result result) {
    var names = new ArrayList<String>();
    result.forEach(entry -> names.add(entry.getKey()));
    return new BoundOutputs(result, names);
  }

  @Override
  public Optional<TensorWriter> tensor(int index) {
    try {
      return result.get(index) instanceof OnnxTensor tensor
          ? Optional.of(TensorWriter.of(tensor))
          : Optional.empty();
    } catch (OrtException e) {
      throw unreadable(index, e);
    }
  }

  @Override
  public void nested(int index, JsonGenerator out) {
    try {
      nested(out, result.get(index));
    } catch (OrtException e) {
      throw unreadable(index, e);
    }
  }

  private Refusal unreadable(int index, OrtException e) {
    return Refusal.failed("output '" + names.get(index) + "' cannot be read: " + Graph.sentence(e));
  }

  private static void nested(JsonGenerator out, OnnxValue value) throws OrtException {
    switch (value) {
      case OnnxTensor tensor -> TensorWriter.of(tensor).nested(out);
      case OnnxSequence sequence -> {
        out.writeStartArray();
        for (var item : sequence.getValue()) {
          try (item) {
            nested(out, item);
          }
        }
        out.writeEndArray();
      }
      case OnnxMap map -> {
        out.writeStartObject();
        for (var entry : map.getValue().entrySet()) {
          out.writeName(String.valueOf(entry.getKey()));
          boxed(out, entry.getValue());
        }
        out.writeEndObject();
      }
      default -> throw Refusal.failed("an output of kind " + value.getType() + " has no JSON");
    }
  }

  private static void boxed(JsonGenerator out, Object value) {
    switch (value) {
      case Float number -> out.writeNumber(number);
      case Double number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      default -> out.writeString(value.toString());
    }
  }

  @Override
  public void close() {
    result.close();
  }
}
