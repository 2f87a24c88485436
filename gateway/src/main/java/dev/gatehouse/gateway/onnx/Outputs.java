package dev.gatehouse.gateway.onnx;

import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** What a run gave, in the order in which it was asked for, until it is closed. */
interface Outputs extends AutoCloseable {
  List<String> names();

  /** Empty for sequences and maps. */
  Optional<TensorWriter> tensor(int index);

  /** Writes tensors as nested arrays, sequences as arrays and maps as objects. */
  default void nested(int index, JsonGenerator out) {
    tensor(index)
        .orElseThrow(() -> new IllegalStateException(names().get(index) + " is no tensor"))
        .nested(out);
  }

  @Override
  void close();
}
