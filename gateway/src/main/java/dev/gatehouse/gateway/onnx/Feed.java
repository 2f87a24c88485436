package dev.gatehouse.gateway.onnx;

import java.util.ArrayList;
import java.util.List;

/** The inputs of one request; refuses unknown, doubled and missing ones. */
final class Feed implements AutoCloseable {
  private final Graph graph;
  private final Scratch scratch;
  private final List<Elements> elements = new ArrayList<>(2);
  private final List<Filled> filled = new ArrayList<>(2);

  /** One input, checked. */
  record Filled(TensorSpec spec, long[] shape, Elements elements) {}

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
  void finish(TensorSpec spec, long[] shape, Elements elements) {
    spec.check(shape, elements.count());
    if (has(spec)) {
      throw Refusal.badRequest("input '" + spec.name() + "' is there twice");
    }
    filled.add(new Filled(spec, shape, elements));
  }

  private boolean has(TensorSpec spec) {
    for (var each : filled) {
      if (each.spec().name().equals(spec.name())) {
        return true;
      }
    }
    return false;
  }

  /** All inputs, none missing. */
  List<Filled> inputs() {
    if (filled.size() < graph.inputs().size()) {
      for (var spec : graph.inputs()) {
        if (!has(spec)) {
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
    return filled;
  }

  /**
   * Whether other threads may read the inputs: those that have outgrown their scratch are one's
   * own.
   */
  boolean joinable() {
    for (var each : elements) {
      if (!each.inScratch()) {
        return false;
      }
    }
    return true;
  }

  /** Takes the rows of the same input of several requests as one input. */
  void join(List<Filled> parts, long rows) {
    var spec = parts.getFirst().spec();
    var shape = parts.getFirst().shape().clone();
    shape[0] = rows;
    var all = begin(spec);
    parts.forEach(part -> all.addAll(part.elements()));
    finish(spec, shape, all);
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
    for (var each : elements) {
      each.close();
    }
  }
}
