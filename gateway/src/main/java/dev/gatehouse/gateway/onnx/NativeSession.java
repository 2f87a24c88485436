package dev.gatehouse.gateway.onnx;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a session of ONNX Runtime's Java binding past that binding, which looks up classes and
 * copies at every run; for inputs and outputs that are tensors of numbers.
 */
final class NativeSession {
  private static final Logger LOG = LoggerFactory.getLogger(NativeSession.class);

  /** A pointer to the session is all that is missing in the binding's public interface. */
  private static final Optional<VarHandle> HANDLE = handle();

  private static final int MOST_AXES = 64;

  private final long session;
  private final Map<String, ElementType> outputs = new HashMap<>();
  private final Map<String, Long> names = new HashMap<>();
  private final Arena arena = Arena.ofAuto();

  private NativeSession(long session, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    this.session = session;
    inputs.forEach(spec -> names.put(spec.name(), text(spec.name())));
    for (var spec : outputs) {
      if (spec.type() != ElementType.STRING) {
        names.put(spec.name(), text(spec.name()));
        this.outputs.put(spec.name(), spec.type());
      }
    }
  }

  private long text(String name) {
    return arena.allocateFrom(name).address();
  }

  /** Empty where an input is not of numbers, or where the binding has changed. */
  static Optional<NativeSession> of(
      OrtSession session, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    boolean numbers = inputs.stream().noneMatch(spec -> spec.type() == ElementType.STRING);
    return HANDLE
        .filter(_ -> numbers)
        .map(handle -> new NativeSession((long) handle.get(session), inputs, outputs));
  }

  private static Optional<VarHandle> handle() {
    try {
      var handle =
          MethodHandles.privateLookupIn(OrtSession.class, MethodHandles.lookup())
              .findVarHandle(OrtSession.class, "nativeHandle", long.class);
      MethodHandles.lookup().ensureInitialized(NativeApi.class);
      return Optional.of(handle);
    } catch (ReflectiveOperationException | LinkageError | IllegalStateException e) {
      LOG.warn("ONNX models run through ONNX Runtime's Java binding, which costs more", e);
      return Optional.empty();
    }
  }

  boolean offers(Collection<String> wanted) {
    return outputs.keySet().containsAll(wanted);
  }

  /** Returns those outputs in that order; the caller closes them. */
  @SuppressWarnings("MustBeClosedChecker") // NativeOutputs closes the arena.
  Outputs run(List<Feed.Filled> inputs, Collection<String> wanted) {
    var memory = Arena.ofConfined();
    boolean done = false;
    int in = inputs.size();
    int out = wanted.size();
    // The names and values of inputs, then of outputs, then scratch.
    var table = memory.allocate(JAVA_LONG, 2L * (in + out) + MOST_AXES);
    long at = table.address();
    try {
      for (int i = 0; i < in; i++) {
        var filled = inputs.get(i);
        table.setAtIndex(JAVA_LONG, i, name(filled.spec().name()));
        filled.elements().tensor(filled.shape(), memory, at + 8L * (in + i));
      }
      int next = 2 * in;
      for (var name : wanted) {
        table.setAtIndex(JAVA_LONG, next++, name(name));
      }
      NativeApi.run(
          session,
          new NativeApi.Values(in, at, at + 8L * in),
          new NativeApi.Values(out, at + 16L * in, at + 16L * in + 8L * out));
      done = true;
      return new NativeOutputs(this, wanted, table.asSlice(16L * in + 8L * out), memory);
    } finally {
      for (int i = 0; i < in; i++) {
        NativeApi.release(table.getAtIndex(JAVA_LONG, in + i));
      }
      if (!done) {
        memory.close();
      }
    }
  }

  private long name(String name) {
    Long pointer = names.get(name);
    if (pointer == null) {
      throw new IllegalArgumentException("no input or output " + name);
    }
    return pointer;
  }

  /** The type that the model declares for an output, which is the type that it has. */
  ElementType type(String output) {
    ElementType type = outputs.get(output);
    if (type == null) {
      throw new IllegalArgumentException("no output " + output);
    }
    return type;
  }

  /** The outputs of one run; their memory is ONNX Runtime's until they are closed. */
  private static final class NativeOutputs implements Outputs {
    private final NativeSession session;
    private final List<String> names;
    private final MemorySegment values;
    private final Arena memory;

    NativeOutputs(
        NativeSession session, Collection<String> names, MemorySegment values, Arena memory) {
      this.session = session;
      this.names = List.copyOf(names);
      this.values = values;
      this.memory = memory;
    }

    @Override
    public List<String> names() {
      return names;
    }

    @Override
    public Optional<TensorWriter> tensor(int index) {
      var type = session.type(names.get(index));
      long value = values.getAtIndex(JAVA_LONG, index);
      var scratch = values.asSlice(JAVA_LONG.byteSize() * names.size());
      var shape = NativeApi.shape(value, scratch);
      long bytes = type.size;
      for (long dim : shape) {
        bytes = Math.multiplyExact(bytes, dim);
      }
      return Optional.of(new TensorWriter(type, shape, NativeApi.data(value, bytes, scratch)));
    }

    @Override
    public void close() {
      for (int i = 0; i < names.size(); i++) {
        NativeApi.release(values.getAtIndex(JAVA_LONG, i));
      }
      memory.close();
    }
  }
}
