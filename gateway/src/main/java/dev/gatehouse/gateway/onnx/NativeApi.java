package dev.gatehouse.gateway.onnx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The functions of ONNX Runtime's C interface that a run needs. Its table of functions is only ever
 * appended to; these are of its version 1. Pointers are longs, which are passed like them on every
 * 64-bit platform.
 */
@SuppressWarnings("restricted") // Calling native code is what this class is for.
final class NativeApi {
  private static final int VERSION = 1;
  private static final int INVALID_ARGUMENT = 2;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemorySegment TABLE = table();

  private static final MethodHandle ERROR_CODE = function(1, JAVA_INT, 1);
  private static final MethodHandle ERROR_MESSAGE = function(2, JAVA_LONG, 1);
  private static final MethodHandle RUN =
      LINKER.downcallHandle(
          entry(9),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CREATE_TENSOR =
      LINKER.downcallHandle(
          entry(49),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT,
              JAVA_LONG));
  private static final MethodHandle TENSOR_DATA = function(51, JAVA_LONG, 2);
  private static final MethodHandle DIMENSION_COUNT = function(61, JAVA_LONG, 2);
  private static final MethodHandle DIMENSIONS = function(62, JAVA_LONG, 3);
  private static final MethodHandle TYPE_AND_SHAPE = function(65, JAVA_LONG, 2);
  private static final MethodHandle RELEASE_STATUS = procedure(93);
  private static final MethodHandle RELEASE_VALUE = procedure(96);
  private static final MethodHandle RELEASE_SHAPE = procedure(99);

  /**
   * Where the memory of inputs is: an OrtMemoryInfo of the processor's own memory, kept for ever.
   */
  private static final long CPU = cpu();

  private NativeApi() {}

  private static MemorySegment table() {
    var base =
        SymbolLookup.loaderLookup()
            .find("OrtGetApiBase")
            .orElseThrow(() -> new UnsatisfiedLinkError("OrtGetApiBase"));
    try {
      var holder =
          (MemorySegment) LINKER.downcallHandle(base, FunctionDescriptor.of(ADDRESS)).invokeExact();
      var find = holder.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0);
      var table =
          (MemorySegment)
              LINKER
                  .downcallHandle(find, FunctionDescriptor.of(ADDRESS, JAVA_INT))
                  .invokeExact(VERSION);
      return table.reinterpret(102 * ADDRESS.byteSize());
    } catch (Throwable e) {
      throw new IllegalStateException("ONNX Runtime's C interface", e);
    }
  }

  private static MemorySegment entry(int index) {
    return TABLE.getAtIndex(ADDRESS, index);
  }

  private static MethodHandle function(int index, MemoryLayout result, int pointers) {
    var arguments = new MemoryLayout[pointers];
    Arrays.fill(arguments, JAVA_LONG);
    return LINKER.downcallHandle(entry(index), FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle procedure(int index) {
    return LINKER.downcallHandle(entry(index), FunctionDescriptor.ofVoid(JAVA_LONG));
  }

  private static long cpu() {
    var create =
        LINKER.downcallHandle(
            entry(69), FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(JAVA_LONG);
      check((long) create.invokeExact(0, 0, out.address()));
      return out.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw fault(e);
    }
  }

  /** A tensor over memory that must outlive it; written to {@code out}. */
  static void createTensor(long data, long bytes, long shape, int axes, int type, long out) {
    try {
      check((long) CREATE_TENSOR.invokeExact(CPU, data, bytes, shape, (long) axes, type, out));
    } catch (Throwable e) {
      throw fault(e);
    }
  }

  /**
   * Runs the session on the calling thread.
   *
   * @param in how many inputs there are, their names and their values
   * @param out how many outputs are wanted, their names, and where their values are written
   */
  static void run(long session, Values in, Values out) {
    try {
      check(
          (long)
              RUN.invokeExact(
                  session,
                  0L,
                  in.names,
                  in.values,
                  (long) in.count,
                  out.names,
                  (long) out.count,
                  out.values));
    } catch (Throwable e) {
      throw fault(e);
    }
  }

  /** Two arrays of pointers in native memory. */
  record Values(int count, long names, long values) {}

  /**
   * Returns the tensor's numbers, which live as long as it; {@code scratch} has room for a pointer.
   */
  static MemorySegment data(long value, long bytes, MemorySegment scratch) {
    try {
      check((long) TENSOR_DATA.invokeExact(value, scratch.address()));
      return MemorySegment.ofAddress(scratch.get(JAVA_LONG, 0)).reinterpret(bytes);
    } catch (Throwable e) {
      throw fault(e);
    }
  }

  /** Returns the axes; {@code scratch} has room for a pointer and for the most axes after it. */
  static long[] shape(long value, MemorySegment scratch) {
    long at = scratch.address();
    try {
      check((long) TYPE_AND_SHAPE.invokeExact(value, at));
      long found = scratch.get(JAVA_LONG, 0);
      try {
        check((long) DIMENSION_COUNT.invokeExact(found, at));
        int axes = Math.toIntExact(scratch.get(JAVA_LONG, 0));
        var shape = new long[axes];
        if (JAVA_LONG.byteSize() * axes > scratch.byteSize()) {
          throw Refusal.failed("an output of " + axes + " axes");
        }
        check((long) DIMENSIONS.invokeExact(found, at, (long) axes));
        for (int i = 0; i < axes; i++) {
          shape[i] = scratch.getAtIndex(JAVA_LONG, i);
        }
        return shape;
      } finally {
        RELEASE_SHAPE.invokeExact(found);
      }
    } catch (Throwable e) {
      throw fault(e);
    }
  }

  static void release(long value) {
    if (value != 0) {
      try {
        RELEASE_VALUE.invokeExact(value);
      } catch (Throwable e) {
        throw fault(e);
      }
    }
  }

  private static void check(long status) throws Throwable {
    if (status == 0) {
      return;
    }
    int code = (int) ERROR_CODE.invokeExact(status);
    var message =
        MemorySegment.ofAddress((long) ERROR_MESSAGE.invokeExact(status))
            .reinterpret(Long.MAX_VALUE)
            .getString(0);
    RELEASE_STATUS.invokeExact(status);
    throw code == INVALID_ARGUMENT
        ? Refusal.badRequest("the model refuses the input: " + message.strip())
        : Refusal.failed("the model failed: " + message.strip());
  }

  private static RuntimeException fault(Throwable e) {
    return switch (e) {
      case RuntimeException own -> own;
      case Error own -> throw own;
      default -> new IllegalStateException("ONNX Runtime's C interface", e);
    };
  }
}
