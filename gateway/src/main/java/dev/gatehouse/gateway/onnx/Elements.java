package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements of one tensor as they are read, in the model's type and in native memory, so that
 * ONNX Runtime takes them without a copy; used by one thread, closed after the run.
 */
final class Elements implements AutoCloseable {
  final ElementType type;
  private final Scratch scratch;
  private final List<String> strings = new ArrayList<>(0);
  private ByteBuffer numbers;
  private @Nullable Arena own;

  Elements(ElementType type, Scratch scratch) {
    this.type = type;
    this.scratch = scratch;
    this.numbers = scratch.take();
  }

  long count() {
    return type == ElementType.STRING ? strings.size() : numbers.position() / type.size;
  }

  void addString(String value) {
    strings.add(value);
  }

  void addFloat(float value) {
    room(4);
    numbers.putFloat(value);
  }

  /** Rounds to the tensor's own precision. */
  void addFloating(double value) {
    room(8);
    switch (type) {
      case DOUBLE -> numbers.putDouble(value);
      case FLOAT16 -> numbers.putShort(Float.floatToFloat16((float) value));
      case BFLOAT16 -> numbers.putShort(bfloat16((float) value));
      default -> numbers.putFloat((float) value);
    }
  }

  /** Takes a whole number that is in the type's range; also the bit pattern of a 16-bit float. */
  void addWhole(long value) {
    room(8);
    switch (type.size) {
      case 1 -> numbers.put((byte) value);
      case 2 -> numbers.putShort((short) value);
      case 4 -> numbers.putInt((int) value);
      default -> numbers.putLong(value);
    }
  }

  /** Takes little-endian elements as they are; every platform of ONNX Runtime is little-endian. */
  void addRaw(byte[] bytes, int offset, int length) {
    room(length);
    numbers.put(bytes, offset, length);
  }

  boolean inScratch() {
    return own == null;
  }

  /** Takes the elements of the same type behind its own. */
  void addAll(Elements others) {
    strings.addAll(others.strings);
    var more = others.filled();
    room(more.remaining());
    numbers.put(more);
  }

  OnnxTensor tensor(OrtEnvironment environment, long[] shape) throws OrtException {
    return type == ElementType.STRING
        ? OnnxTensor.createTensor(environment, strings.toArray(new String[0]), shape)
        : OnnxTensor.createTensor(environment, filled(), shape, type.javaType);
  }

  /** Writes a pointer to a tensor over these elements; the caller releases it before them. */
  void tensor(long[] shape, Arena memory, long out) {
    var filled = MemorySegment.ofBuffer(filled());
    NativeApi.createTensor(
        filled.address(),
        filled.byteSize(),
        memory.allocateFrom(ValueLayout.JAVA_LONG, shape).address(),
        shape.length,
        type.number,
        out);
  }

  private ByteBuffer filled() {
    return numbers.duplicate().order(ByteOrder.nativeOrder()).flip();
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) 0x7FC0;
    }
    // Round half to even on the 16 bits that are cut off.
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  private void room(int bytes) {
    if (numbers.remaining() < bytes) {
      grow(bytes);
    }
  }

  // The new arena lives as long as these elements: close() closes it.
  @SuppressWarnings("MustBeClosedChecker")
  private void grow(int bytes) {
    long size = Math.max(2L * numbers.capacity(), (long) numbers.position() + bytes);
    if (size > Integer.MAX_VALUE) {
      throw Refusal.badRequest("a tensor of more than 2 GiB");
    }
    var arena = Arena.ofConfined();
    var larger = arena.allocate(size, 64).asByteBuffer().order(ByteOrder.nativeOrder());
    larger.put(numbers.flip());
    close();
    own = arena;
    numbers = larger;
  }

  @Override
  public void close() {
    if (own == null) {
      scratch.giveBack(numbers);
    } else {
      own.close();
    }
  }
}
