package dev.gatehouse.server.service.driver;

import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.compute.local.EnvironmentFault;
import dev.gatehouse.server.compute.local.EnvironmentSpec;
import dev.gatehouse.server.compute.local.FilesFault;
import dev.gatehouse.server.compute.local.Liveness;
import dev.gatehouse.server.compute.local.LocalReplicas;
import dev.gatehouse.server.compute.local.PythonEnvironment;
import dev.gatehouse.server.compute.local.PythonEnvironments;
import dev.gatehouse.server.compute.local.Replica;
import dev.gatehouse.server.compute.local.ReplicaFault;
import dev.gatehouse.server.compute.local.ReplicaSpec;
import dev.gatehouse.server.compute.local.ServiceContents;
import dev.gatehouse.server.compute.local.ServiceFiles;
import dev.gatehouse.server.compute.local.Trees;
import dev.gatehouse.server.operation.OperationLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs entry scripts and scikit-learn models as processes of this machine. */
public final class LocalProcesses implements ComputeDriver {
  /** The gateway's 504 shall come before the runner's own answer to a timeout. */
  private static final Duration AFTER_THE_GATEWAY = Duration.ofMillis(250);

  /** The runner itself ends a call that outlives its timeout, within three seconds. */
  private static final Duration AFTER_ITS_OWN_WATCH = Duration.ofSeconds(5);

  private final Settings settings;
  private final PythonEnvironments environments;
  private final LocalReplicas replicas;

  // Imports need the processor: more at a time would only run into the start timeout.
  private final Semaphore starting =
      new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

  public LocalProcesses(
      Settings settings, PythonEnvironments environments, LocalReplicas replicas) {
    this.settings = settings;
    this.environments = environments;
    this.replicas = replicas;
  }

  /**
   * How loads are laid out and started.
   *
   * @param folder holds one folder of files for each instance
   * @param modelData where scripts write what they collect
   * @param maxCodeBytes bound of the unpacked code of one instance
   * @param startTimeout bound of an entry script's import and init()
   */
  public record Settings(
      Path folder,
      Path modelData,
      ServiceFiles.Placement placement,
      long maxCodeBytes,
      Duration startTimeout) {}

  @Override
  public Started start(Load load, OperationLog log) throws StartFailure, InterruptedException {
    ServiceContents contents = contents(load);
    PythonEnvironment python = environment(load, log);
    log.line("Laying out code and models");
    ServiceFiles files = files(load, contents);
    log.line("Starting " + load.scale().replicas() + " replica(s)");
    ReplicaSpec spec = spec(load, python, files);
    return new LocalStarted(count -> launch(spec, count), load.scale().replicas());
  }

  private static ServiceContents contents(Load load) {
    List<ServiceContents.Model> models =
        load.models().stream()
            .map(model ->
                new ServiceContents.Model(
                    model.name(),
                    model.version(),
                    model.files().stream()
                        .collect(Collectors.toMap(StoredFile::path, StoredFile::file))))
            .toList();
    return switch (load.program()) {
      case Program.Script script -> {
        var variables = new HashMap<String, String>();
        script
            .environment()
            .path("environmentVariables")
            .forEachEntry((name, value) -> variables.put(name, value.asString("")));
        yield new ServiceContents(
            script.assets().stream()
                .map(asset ->
                    new ServiceContents.Code(asset.id(), asset.file().file(), asset.unpack()))
                .toList(),
            models,
            variables,
            script.driver());
      }
      case Program.ScikitLearn _, Program.MlFlow _, Program.Onnx _ ->
          new ServiceContents(List.of(), models, Map.of(), "");
    };
  }

  private PythonEnvironment environment(Load load, OperationLog log)
      throws StartFailure, InterruptedException {
    try {
      EnvironmentSpec spec =
          switch (load.program()) {
            case Program.Script script -> EnvironmentSpec.parse(script.environment());
            case Program.ScikitLearn(String version) -> EnvironmentSpec.scikitLearn(version);
            case Program.MlFlow(String under) ->
                MlFlowEnvironment.read(load.models().getFirst(), under);
            case Program.Onnx _ ->
                throw new IllegalArgumentException("program: Onnx (expected: one for Python)");
          };
      return environments.obtain(spec, log::line);
    } catch (EnvironmentFault e) {
      throw new StartFailure(
          StartFailure.Step.ENVIRONMENT, String.valueOf(e.getMessage()), e.lastLines());
    } catch (IllegalArgumentException e) {
      throw new StartFailure(
          StartFailure.Step.ENVIRONMENT, String.valueOf(e.getMessage()), List.of());
    }
  }

  private ServiceFiles files(Load load, ServiceContents contents) throws StartFailure {
    Path folder = settings.folder().resolve(load.instance());
    try {
      // Files of the same instance are complete: only a crash after them brings us here again.
      return Files.isDirectory(folder)
          ? ServiceFiles.existing(contents, folder)
          : ServiceFiles.lay(contents, folder, settings.placement(), settings.maxCodeBytes());
    } catch (FilesFault e) {
      throw new StartFailure(StartFailure.Step.START, String.valueOf(e.getMessage()), List.of());
    }
  }

  private ReplicaSpec spec(Load load, PythonEnvironment python, ServiceFiles files) {
    return new ReplicaSpec(
        load.instance(),
        python.python(),
        files,
        variables(load),
        switch (load.program()) {
          case Program.Script _, Program.Onnx _ -> ReplicaSpec.Program.ENTRY_SCRIPT;
          case Program.ScikitLearn _ -> ReplicaSpec.Program.NO_CODE_SCIKIT_LEARN;
          case Program.MlFlow _ -> ReplicaSpec.Program.NO_CODE_MLFLOW;
        },
        load.scale().concurrent(),
        load.scale().memoryBytes(),
        settings.startTimeout(),
        liveness(load.scale()));
  }

  /** One that works on a single request answers nothing else before it is through. */
  private static Liveness liveness(Load.Scale scale) {
    return scale.concurrent() > 1
        ? scale.liveness()
        : scale.liveness().waitingAtLeast(scale.scoringTimeout().plus(AFTER_ITS_OWN_WATCH));
  }

  private Map<String, String> variables(Load load) {
    String place = load.modelData().place();
    return Map.of(
        "SERVICE_NAME",
        load.service(),
        "SCORING_TIMEOUT_MS",
        Long.toString(load.scale().scoringTimeout().plus(AFTER_THE_GATEWAY).toMillis()),
        "AML_MODEL_DC_STORAGE_ENABLED",
        Boolean.toString(load.modelData().kept()),
        "GATEHOUSE_MODEL_DATA",
        settings.modelData().resolve(place).toString(),
        "GATEHOUSE_WORKSPACE",
        place.substring(0, Math.max(0, place.lastIndexOf('/'))));
  }

  /** All at the same time; when one does not come up, the others end too. */
  private List<Replica> launch(ReplicaSpec spec, int count)
      throws StartFailure, InterruptedException {
    var launched = new ArrayList<Replica>();
    @Nullable Throwable fault = null;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var starts = new ArrayList<Future<Replica>>();
      for (int i = 0; i < count; i++) {
        starts.add(threads.submit(() -> launchOne(spec)));
      }
      for (Future<Replica> start : starts) {
        try {
          launched.add(await(start, threads));
        } catch (ExecutionException e) {
          fault = e.getCause() == null ? e : e.getCause();
        }
      }
    }
    boolean interrupted = Thread.interrupted();
    if (fault == null && !interrupted) {
      return launched;
    }
    LocalStarted.closeAll(launched);
    if (interrupted || fault instanceof InterruptedException) {
      throw new InterruptedException("while replicas started");
    }
    if (fault instanceof ReplicaFault replica) {
      throw new StartFailure(StartFailure.Step.START, replica.reason(), replica.lastLines());
    }
    throw new IllegalStateException("a replica could not be launched", fault);
  }

  /** An interrupt ends all starts, which are awaited none the less: what has come up must end. */
  private static Replica await(Future<Replica> start, ExecutorService threads)
      throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return start.get();
        } catch (InterruptedException _) {
          interrupted = true;
          threads.shutdownNow();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Replica launchOne(ReplicaSpec spec) throws InterruptedException {
    starting.acquire();
    try {
      return replicas.launch(spec, _ -> {});
    } finally {
      starting.release();
    }
  }

  @Override
  public List<String> lastLines(String instance, int count) {
    return replicas.log(instance, count);
  }

  @Override
  public void forget(String instance) {
    replicas.forget(instance);
    Path folder = settings.folder().resolve(instance);
    try {
      if (Files.isDirectory(folder)) {
        Trees.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("files of " + instance, e);
    }
  }
}
