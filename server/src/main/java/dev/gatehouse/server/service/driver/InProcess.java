package dev.gatehouse.server.service.driver;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.onnx.Batching;
import dev.gatehouse.gateway.onnx.ModelFault;
import dev.gatehouse.gateway.onnx.OnnxModel;
import dev.gatehouse.gateway.onnx.OnnxModels;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.operation.OperationLog;
import java.util.List;
import java.util.Optional;

/** Runs ONNX models in the gateway's process. */
public final class InProcess implements ComputeDriver {
  private final OnnxModels models;

  public InProcess(OnnxModels models) {
    this.models = models;
  }

  @Override
  public Started start(Load load, OperationLog log) throws StartFailure {
    Load.LoadedModel model = load.models().getFirst();
    StoredFile file =
        model.files().stream()
            .filter(f -> f.path().endsWith(".onnx"))
            .findFirst()
            .orElseGet(() -> model.files().getFirst());
    log.line("Loading " + file.path());
    Optional<Batching> batching =
        load.program() instanceof Program.Onnx(var wanted) ? wanted : Optional.empty();
    OnnxModel opened = open(file, model, batching);
    return new Started() {
      @Override
      public Backend backend() {
        return new Backend.InProcess(opened);
      }

      @Override
      public void stop() {
        opened.close();
      }
    };
  }

  private OnnxModel open(StoredFile file, Load.LoadedModel model, Optional<Batching> batching)
      throws StartFailure {
    try {
      return models.open(
          file.file(), file.digest(), model.name(), Integer.toString(model.version()), batching);
    } catch (ModelFault e) {
      throw new StartFailure(
          StartFailure.Step.START,
          "the ONNX model " + file.path() + " cannot be served: " + e.getMessage(),
          List.of());
    }
  }

  @Override
  public List<String> lastLines(String instance, int count) {
    return List.of();
  }

  @Override
  public void forget(String instance) {}
}
