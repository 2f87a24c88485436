package dev.gatehouse.gateway.onnx;

import java.util.List;
import java.util.Optional;

/** Some of the rows that a run gave; the run's outputs are closed by whoever opened them. */
record RowsOf(Outputs all, long from, long count, long sum) implements Outputs {
  @Override
  public List<String> names() {
    return all.names();
  }

  @Override
  public Optional<TensorWriter> tensor(int index) {
    return all.tensor(index)
        .map(tensor -> {
          if (tensor.shape.length == 0 || tensor.shape[0] != sum) {
            throw Refusal.failed(
                "output '" + names().get(index) + "' has not one row for each row of the input");
          }
          return tensor.rows(from, count);
        });
  }

  @Override
  public void close() {
    // The rows of others are in the same memory.
  }
}
