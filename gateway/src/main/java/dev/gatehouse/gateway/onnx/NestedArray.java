package dev.gatehouse.gateway.onnx;

import java.util.Arrays;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads a JSON array of arrays straight into elements. Missing numbers may be {@code null} or
 * {@code NaN} where the input is a float.
 */
final class NestedArray {
  /** ONNX Runtime's Java binding takes no more axes. */
  private static final int MOST_AXES = 8;

  private final JsonParser in;
  private final TensorSpec spec;
  private final Elements into;
  private final long[] dims = new long[MOST_AXES];
  private final long[] counts = new long[MOST_AXES];
  private int depth = 0;
  private int deepest = 0;
  private int leaves = -1;

  private NestedArray(JsonParser in, TensorSpec spec, Elements into) {
    this.in = in;
    this.spec = spec;
    this.into = into;
    Arrays.fill(dims, -1);
  }

  /** Reads the value at the current token and returns its shape; refuses ragged arrays. */
  static long[] read(JsonParser in, TensorSpec spec, Elements into) {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      element(in, spec, into);
      return new long[0];
    }
    return new NestedArray(in, spec, into).read();
  }

  private long[] read() {
    open();
    while (depth > 0) {
      switch (in.nextToken()) {
        case START_ARRAY -> {
          counts[depth - 1]++;
          open();
        }
        case END_ARRAY -> shut();
        case null, default -> {
          if (leaves != depth) {
            firstLeaf();
          }
          counts[depth - 1]++;
          element(in, spec, into);
        }
      }
    }
    return Arrays.copyOf(dims, deepest);
  }

  private void open() {
    if (depth == leaves) {
      throw ragged();
    }
    if (depth == MOST_AXES) {
      throw unexpected("at most " + MOST_AXES + " axes");
    }
    counts[depth++] = 0;
    deepest = Math.max(deepest, depth);
  }

  private void shut() {
    depth--;
    if (dims[depth] < 0) {
      dims[depth] = counts[depth];
    } else if (dims[depth] != counts[depth]) {
      throw ragged();
    }
  }

  private void firstLeaf() {
    if (leaves >= 0 || deepest > depth) {
      throw ragged();
    }
    leaves = depth;
  }

  private Refusal ragged() {
    return unexpected("rows of one length and one depth");
  }

  private Refusal unexpected(String expected) {
    return Json.unexpected(in, "input '" + spec.name() + "'", expected);
  }

  /** Reads one number, boolean or string in the type of the input. */
  static void element(JsonParser in, TensorSpec spec, Elements into) {
    switch (spec.type()) {
      case FLOAT -> single(in, spec, into);
      case DOUBLE, FLOAT16, BFLOAT16 -> into.addFloating(floating(in, spec));
      case STRING -> into.addString(Json.string(in, "input '" + spec.name() + "'"));
      case BOOL, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 ->
          into.addWhole(whole(in, spec));
    }
  }

  private static void single(JsonParser in, TensorSpec spec, Elements into) {
    var token = in.currentToken();
    if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
      into.addFloat(in.getFloatValue());
    } else {
      into.addFloat((float) floating(in, spec));
    }
  }

  private static double floating(JsonParser in, TensorSpec spec) {
    return switch (in.currentToken()) {
      case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> in.getDoubleValue();
      case VALUE_NULL -> Double.NaN;
      case VALUE_STRING ->
          switch (in.getString()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw wrong(in, spec);
          };
      case null, default -> throw wrong(in, spec);
    };
  }

  private static long whole(JsonParser in, TensorSpec spec) {
    var type = spec.type();
    long value =
        switch (in.currentToken()) {
          case VALUE_NUMBER_INT -> in.getLongValue();
          case VALUE_NUMBER_FLOAT -> exact(in, spec);
          case VALUE_TRUE -> 1;
          case VALUE_FALSE -> 0;
          case null, default -> throw wrong(in, spec);
        };
    boolean logical =
        in.currentToken() == JsonToken.VALUE_TRUE || in.currentToken() == JsonToken.VALUE_FALSE;
    if (value < type.least() || value > type.greatest() || (logical && type != ElementType.BOOL)) {
      throw wrong(in, spec);
    }
    return value;
  }

  /** Tables of numbers often turn whole columns into 3.0. */
  private static long exact(JsonParser in, TensorSpec spec) {
    double value = in.getDoubleValue();
    if (value != Math.rint(value) || Math.abs(value) > 1L << 53) {
      throw wrong(in, spec);
    }
    return (long) value;
  }

  private static Refusal wrong(JsonParser in, TensorSpec spec) {
    return Json.unexpected(
        in, "input '" + spec.name() + "'", "a value of type " + spec.type().word);
  }
}
