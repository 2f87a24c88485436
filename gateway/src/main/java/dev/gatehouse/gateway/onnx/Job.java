package dev.gatehouse.gateway.onnx;

import dev.gatehouse.gateway.Model.Answer;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;

/**
 * A request that has been read: inputs, the outputs that it wants, and how these are written.
 *
 * @param feed closed by whoever has the job
 */
record Job(Feed feed, Set<String> wanted, Function<Outputs, Answer> writer)
    implements AutoCloseable {
  Answer run(Graph graph) {
    try (var outputs = graph.run(feed, wanted)) {
      return writer.apply(outputs).took(feed.nanos());
    }
  }

  /** The rows of all inputs; 0 when they differ, or when an input has none. */
  long rows() {
    long rows = -1;
    for (var input : feed.inputs()) {
      long own = input.shape().length == 0 ? 0 : input.shape()[0];
      if (rows >= 0 && own != rows) {
        return 0;
      }
      rows = own;
    }
    return Math.max(0, rows);
  }

  /** Whether one run can answer both: inputs in one order, of one shape but for the rows. */
  boolean fits(Job other) {
    var mine = feed.inputs();
    var others = other.feed.inputs();
    if (!wanted.equals(other.wanted) || mine.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < mine.size(); i++) {
      long[] a = mine.get(i).shape();
      long[] b = others.get(i).shape();
      if (!mine.get(i).spec().name().equals(others.get(i).spec().name())
          || !Arrays.equals(a, 1, a.length, b, Math.min(1, b.length), b.length)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    feed.close();
  }
}
