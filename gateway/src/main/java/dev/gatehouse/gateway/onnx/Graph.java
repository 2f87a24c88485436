package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One loaded model file. Whoever opened it and every run in progress count as users; the last one
 * to leave frees the native memory, so that nobody runs a freed session.
 */
final class Graph {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<TensorSpec> inputs;
  private final List<String> inputNames;
  private final List<TensorSpec> tensorOutputs;
  private final List<String> outputNames;
  private final Optional<NativeSession> direct;
  private final Pace pace = new Pace();
  private final AtomicInteger users = new AtomicInteger(1);

  private final Runnable freed;

  private Graph(OrtEnvironment environment, OrtSession session, Path file, Runnable freed)
      throws OrtException {
    this.freed = freed;
    this.environment = environment;
    this.session = session;
    this.inputs = inputs(session, file);
    this.inputNames = inputs.stream().map(TensorSpec::name).toList();
    this.tensorOutputs = outputs(session);
    this.outputNames = List.copyOf(session.getOutputNames());
    this.direct = NativeSession.of(session, inputs, tensorOutputs);
  }

  /** Loads the file; the caller is its first user, and {@code freed} runs after the last one. */
  static Graph open(OrtEnvironment environment, Path file, int threads, Runnable freed) {
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // Spinning threads would take the processor from the gateway's own.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      var session = environment.createSession(file.toString(), options);
      try {
        return new Graph(environment, session, file, freed);
      } catch (ModelFault | OrtException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      var reason = sentence(e).replace(file.toString(), "this file");
      throw new ModelFault(
          file.getFileName() + " is no ONNX model that can be served here: " + reason, e);
    }
  }

  private static List<TensorSpec> inputs(OrtSession session, Path file) throws OrtException {
    var found = new ArrayList<TensorSpec>();
    for (NodeInfo node : session.getInputInfo().values()) {
      found.add(
          spec(node.getName(), node.getInfo())
              .filter(spec -> spec.type().javaType != OnnxJavaType.UNKNOWN)
              .orElseThrow(() -> unusable(file, node)));
    }
    return List.copyOf(found);
  }

  private static ModelFault unusable(Path file, NodeInfo node) {
    return new ModelFault(
        file.getFileName()
            + ": input '"
            + node.getName()
            + "' is "
            + kind(node.getInfo())
            + " (expected: a tensor of floats, signed integers, uint8, bool or string)");
  }

  private static String kind(ValueInfo value) {
    return value instanceof TensorInfo tensor
        ? "a tensor of " + tensor.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "")
        : "no tensor";
  }

  /** What ONNX Runtime says, without the frame that its Java binding puts around it. */
  static String sentence(OrtException e) {
    var message = String.valueOf(e.getMessage());
    var frame = " - message: ";
    int from = message.indexOf(frame);
    return (from < 0 ? message : message.substring(from + frame.length())).strip();
  }

  private static List<TensorSpec> outputs(OrtSession session) throws OrtException {
    var found = new ArrayList<TensorSpec>();
    for (NodeInfo node : session.getOutputInfo().values()) {
      spec(node.getName(), node.getInfo()).ifPresent(found::add);
    }
    return List.copyOf(found);
  }

  private static Optional<TensorSpec> spec(String name, ValueInfo value) {
    return value instanceof TensorInfo tensor
        ? ElementType.of(tensor.onnxType).map(type -> TensorSpec.of(name, type, tensor))
        : Optional.empty();
  }

  OrtEnvironment environment() {
    return environment;
  }

  List<TensorSpec> inputs() {
    return inputs;
  }

  List<String> inputNames() {
    return inputNames;
  }

  /** All outputs in the model's order, also the sequences and maps. */
  List<String> outputNames() {
    return outputNames;
  }

  /** The outputs that are tensors, which is all that two of the three payloads can say. */
  List<TensorSpec> tensorOutputs() {
    return tensorOutputs;
  }

  /** Returns those outputs in that order; the caller closes them. */
  Outputs run(Feed feed, Set<String> wanted) {
    var inputs = feed.inputs();
    long begun = System.nanoTime();
    var outputs =
        direct.isPresent() && direct.get().offers(wanted)
            ? direct.get().run(inputs, wanted)
            : bound(inputs, wanted);
    long took = System.nanoTime() - begun;
    pace.took(took);
    feed.took(took);
    return outputs;
  }

  /** Why requests cannot be joined into one run; empty where they can. */
  Optional<String> obstacleToBatching() {
    if (tensorOutputs.size() < outputNames.size()) {
      return Optional.of("it has outputs that are no tensors");
    }
    return Stream.concat(inputs.stream(), tensorOutputs.stream())
        .filter(spec -> spec.dims().isEmpty() || spec.dims().getFirst() >= 0)
        .findFirst()
        .map(spec ->
            "'"
                + spec.name()
                + "' has the shape "
                + spec.expected()
                + " (expected: a first dimension that is open in all inputs and outputs)");
  }

  Pace pace() {
    return pace;
  }

  private Outputs bound(List<Feed.Filled> inputs, Set<String> wanted) {
    var tensors = new LinkedHashMap<String, OnnxTensor>();
    try {
      for (var input : inputs) {
        tensors.put(input.spec().name(), input.elements().tensor(environment, input.shape()));
      }
      return BoundOutputs.of(session.run(tensors, wanted));
    } catch (OrtException e) {
      throw switch (e.getCode()) {
        case ORT_INVALID_ARGUMENT ->
            Refusal.badRequest("the model refuses the input: " + sentence(e));
        default -> Refusal.failed("the model failed: " + sentence(e));
      };
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  /** Returns false when the session is already freed. */
  boolean enter() {
    return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  boolean live() {
    return users.get() > 0;
  }

  void leave() {
    if (users.decrementAndGet() > 0) {
      return;
    }
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("an ONNX session did not close", e);
    }
    freed.run();
  }
}
