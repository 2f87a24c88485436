package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor that the model declares.
 *
 * @param dims one per axis, -1 where the model leaves it open; empty for scalars and for undeclared
 *     shapes, which ONNX Runtime does not tell apart
 */
record TensorSpec(String name, ElementType type, List<Long> dims) {
  TensorSpec {
    dims = List.copyOf(dims);
  }

  static TensorSpec of(String name, ElementType type, TensorInfo tensor) {
    var dims = new ArrayList<Long>();
    for (long dim : tensor.getShape()) {
      dims.add(dim);
    }
    return new TensorSpec(name, type, dims);
  }

  /** Refuses a shape that the model's declaration excludes, and a count that is not the shape's. */
  void check(long[] shape, long count) {
    if (!fits(shape)) {
      throw Refusal.badRequest(
          "input '" + name + "': shape " + text(shape) + " (expected: " + expected() + ")");
    }
    if (elements(shape) != count) {
      throw Refusal.badRequest(
          "input '"
              + name
              + "': "
              + count
              + " elements (expected: "
              + elements(shape)
              + " for shape "
              + text(shape)
              + ")");
    }
  }

  private boolean fits(long[] shape) {
    if (dims.isEmpty()) {
      return true;
    }
    if (shape.length != dims.size()) {
      return false;
    }
    for (int axis = 0; axis < shape.length; axis++) {
      long dim = dims.get(axis);
      if (dim >= 0 && shape[axis] != dim) {
        return false;
      }
    }
    return true;
  }

  private long elements(long[] shape) {
    long product = 1;
    try {
      for (long dim : shape) {
        if (dim < 0) {
          throw Refusal.badRequest("input '" + name + "': shape " + text(shape) + " is negative");
        }
        product = Math.multiplyExact(product, dim);
      }
    } catch (ArithmeticException _) {
      throw Refusal.badRequest("input '" + name + "': shape " + text(shape) + " is too large");
    }
    return product;
  }

  /** The declared shape as people write it, {@code [None, 10]}. */
  String expected() {
    if (dims.isEmpty()) {
      return "[]";
    }
    var words = new ArrayList<String>();
    for (long dim : dims) {
      words.add(dim < 0 ? "None" : Long.toString(dim));
    }
    return words.toString();
  }

  static String text(long[] shape) {
    return Arrays.toString(shape);
  }
}
