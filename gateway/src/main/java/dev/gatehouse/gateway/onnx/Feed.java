package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inputs of one request; refuses unknown, doubled and missing ones. */
final class Feed implements AutoCloseable {
  private final Graph graph;
  private final Scratch scratch;
  private final List<Elements> elements = new ArrayList<>(2);
  private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>(4);

  private long nanos;

  Feed(Graph graph, Scratch scratch) {
    this.graph = graph;
    this.scratch = scratch;
  }

  TensorSpec spec(String name) {
    for (var spec : graph.inputs()) {
      if (spec.name().equals(name)) {
        return spec;
      }
    }
    throw Refusal.badRequest(
        "unknown input '" + name + "' (expected: " + String.join(", ", graph.inputNames()) + ")");
  }

  /** Begins an input; {@link #finish} ends it. */
  Elements begin(TensorSpec spec) {
    var begun = new Elements(spec.type(), scratch);
    elements.add(begun);
    return begun;
  }

  /** Checks shape and count against the model and takes the input. */
  void finish(TensorSpec spec, long[] shape, Elements filled) {
    spec.check(shape, filled.count());
    if (tensors.containsKey(spec.name())) {
      throw Refusal.badRequest("input '" + spec.name() + "' is there twice");
    }
    try {
      tensors.put(spec.name(), filled.tensor(graph.environment(), shape));
    } catch (OrtException e) {
      throw Refusal.badRequest("input '" + spec.name() + "': " + Graph.sentence(e));
    }
  }

  Map<String, OnnxTensor> tensors() {
    if (tensors.size() < graph.inputs().size()) {
      for (var spec : graph.inputs()) {
        if (!tensors.containsKey(spec.name())) {
          throw Refusal.badRequest(
              "input '"
                  + spec.name()
                  + "' is missing (expected: "
                  + spec.type().word
                  + " "
                  + spec.expected()
                  + ")");
        }
      }
    }
    return tensors;
  }

  /** Remembers what the model took for these inputs. */
  void took(long time) {
    nanos = time;
  }

  long nanos() {
    return nanos;
  }

  @Override
  public void close() {
    for (var tensor : tensors.values()) {
      tensor.close();
    }
    for (var each : elements) {
      each.close();
    }
  }
}
