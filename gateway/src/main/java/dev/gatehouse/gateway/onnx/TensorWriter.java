package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import tools.jackson.core.JsonGenerator;

/** One output tensor, written as JSON; NaN and infinities become strings. */
final class TensorWriter {
  final ElementType type;
  final long[] shape;
  private final ByteBuffer numbers;
  private final String[] strings;

  /** Numbers, read where they lie. */
  TensorWriter(ElementType type, long[] shape, MemorySegment numbers) {
    this(type, shape, numbers.asByteBuffer().order(ByteOrder.nativeOrder()), new String[0]);
  }

  private TensorWriter(ElementType type, long[] shape, ByteBuffer numbers, String[] strings) {
    this.type = type;
    this.shape = shape;
    this.numbers = numbers;
    this.strings = strings;
  }

  static TensorWriter of(OnnxTensor tensor) throws OrtException {
    var type =
        ElementType.of(tensor.getInfo().onnxType)
            .orElseThrow(() -> Refusal.failed("an output of type " + tensor.getInfo().onnxType));
    var shape = tensor.getInfo().getShape();
    return type == ElementType.STRING
        ? new TensorWriter(type, shape, ByteBuffer.allocate(0), strings(tensor.getValue()))
        : new TensorWriter(type, shape, tensor.getByteBuffer(), new String[0]);
  }

  private static String[] strings(Object value) {
    return value instanceof String one ? new String[] {one} : OrtUtil.flattenString(value);
  }

  /** Some of the rows, in the same memory. */
  TensorWriter rows(long from, long count) {
    long each = 1;
    for (int axis = 1; axis < shape.length; axis++) {
      each *= shape[axis];
    }
    var some = shape.clone();
    some[0] = count;
    int start = Math.toIntExact(from * each);
    int length = Math.toIntExact(count * each);
    return type == ElementType.STRING
        ? new TensorWriter(type, some, numbers, Arrays.copyOfRange(strings, start, start + length))
        : new TensorWriter(
            type,
            some,
            numbers.slice(start * type.size, length * type.size).order(ByteOrder.nativeOrder()),
            strings);
  }

  /** Writes nested arrays, one level for each axis. */
  void nested(JsonGenerator out) {
    axis(out, 0, 0);
  }

  private int axis(JsonGenerator out, int axis, int index) {
    if (axis == shape.length) {
      element(out, index);
      return index + 1;
    }
    int next = index;
    out.writeStartArray();
    for (long i = 0; i < shape[axis]; i++) {
      next = axis(out, axis + 1, next);
    }
    out.writeEndArray();
    return next;
  }

  int count() {
    return type == ElementType.STRING ? strings.length : numbers.capacity() / type.size;
  }

  String string(int index) {
    return strings[index];
  }

  /** The elements as they lie in memory, little-endian. */
  byte[] raw() {
    var bytes = new byte[numbers.capacity()];
    numbers.get(0, bytes);
    return bytes;
  }

  void element(JsonGenerator out, int index) {
    int at = index * type.size;
    switch (type) {
      case FLOAT -> out.writeNumber(numbers.getFloat(at));
      case DOUBLE -> out.writeNumber(numbers.getDouble(at));
      case FLOAT16 -> out.writeNumber(Float.float16ToFloat(numbers.getShort(at)));
      case BFLOAT16 -> out.writeNumber(Float.intBitsToFloat(numbers.getShort(at) << 16));
      case BOOL -> out.writeBoolean(numbers.get(at) != 0);
      case STRING -> out.writeString(strings[index]);
      case UINT64 -> {
        long bits = numbers.getLong(at);
        if (bits >= 0) {
          out.writeNumber(bits);
        } else {
          out.writeNumber(new BigInteger(Long.toUnsignedString(bits)));
        }
      }
      case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64 -> out.writeNumber(whole(index));
    }
  }

  /** The element as a whole number; the bit pattern of a 16-bit float. */
  long whole(int index) {
    int at = index * type.size;
    return switch (type) {
      case INT8 -> numbers.get(at);
      case UINT8, BOOL -> numbers.get(at) & 0xFF;
      case INT16 -> numbers.getShort(at);
      case UINT16, FLOAT16, BFLOAT16 -> numbers.getShort(at) & 0xFFFF;
      case INT32 -> numbers.getInt(at);
      case UINT32 -> numbers.getInt(at) & 0xFFFF_FFFFL;
      case INT64, UINT64 -> numbers.getLong(at);
      case FLOAT, DOUBLE, STRING -> throw new IllegalStateException(type + " is not whole");
    };
  }
}
