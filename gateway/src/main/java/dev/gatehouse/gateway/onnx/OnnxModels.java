package dev.gatehouse.gateway.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens model files, each once however many services use it; ONNX Runtime's native library is
 * loaded by the first.
 */
public final class OnnxModels {
  private final int threads;
  private final Scratch scratch = new Scratch();

  @GuardedBy("this")
  private @Nullable ScheduledThreadPoolExecutor batches;

  private final ConcurrentMap<String, Slot> slots = new ConcurrentHashMap<>();

  /** Takes the threads that one run may use; 1 serves most requests a second. */
  public OnnxModels(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 1 or more)");
    }
    this.threads = threads;
  }

  /**
   * Opens the file, or shares the session of an open file with that digest. Blocks while the file
   * is loaded; throws {@link ModelFault} when it cannot be served.
   */
  public OnnxModel open(Path file, String digest, String modelName, String version) {
    return open(file, digest, modelName, version, Optional.empty());
  }

  /** The same with requests that are joined; a model whose rows are not open is refused. */
  public OnnxModel open(
      Path file, String digest, String modelName, String version, Optional<Batching> batching) {
    try {
      var graph = slots.computeIfAbsent(digest, Slot::new).open(file);
      if (batching.isPresent()) {
        var obstacle = graph.obstacleToBatching();
        if (obstacle.isPresent()) {
          graph.leave();
          throw new ModelFault(file.getFileName() + " cannot be batched: " + obstacle.get());
        }
      }
      return new OnnxModel(
          graph,
          scratch,
          modelName,
          version,
          batching.map(limits -> new Batcher(graph, scratch, limits, threads())));
    } catch (ModelFault e) {
      forget(digest);
      throw e;
    }
  }

  // An open that has just found the slot which goes here loads the file once more: harmless.
  private void forget(String digest) {
    slots.computeIfPresent(digest, (_, slot) -> slot.live() ? slot : null);
  }

  /** Made by the first model whose requests are joined; idle ones end. */
  private synchronized ScheduledExecutorService threads() {
    if (batches == null) {
      batches =
          new ScheduledThreadPoolExecutor(
              Runtime.getRuntime().availableProcessors(),
              Thread.ofPlatform().name("gateway-batch-", 0).daemon().factory());
      batches.setKeepAliveTime(30, TimeUnit.SECONDS);
      batches.allowCoreThreadTimeOut(true);
    }
    return batches;
  }

  /** How many files are loaded. */
  int loaded() {
    return slots.size();
  }

  /** The place of one digest, so that loading one file keeps nobody waiting for another. */
  private final class Slot {
    private final String digest;

    @GuardedBy("this")
    private @Nullable Graph graph;

    Slot(String digest) {
      this.digest = digest;
    }

    synchronized Graph open(Path file) {
      if (graph == null || !graph.enter()) {
        if (!Files.isRegularFile(file)) {
          throw new ModelFault(file.getFileName() + " is no file");
        }
        graph = Graph.open(environment(), file, threads, () -> forget(digest));
      }
      return graph;
    }

    synchronized boolean live() {
      return graph != null && graph.live();
    }
  }

  private static OrtEnvironment environment() {
    // What fails comes back as an exception; callers must not be able to fill the gateway's log.
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "gatehouse");
  }
}
