package dev.gatehouse.server.service.driver;

import dev.gatehouse.server.operation.OperationLog;
import java.util.List;

/** Gives ONNX models to the gateway's process, and all else to replicas. */
public record ByProgram(ComputeDriver replicas, ComputeDriver inProcess) implements ComputeDriver {
  @Override
  public Started start(Load load, OperationLog log) throws StartFailure, InterruptedException {
    return switch (load.program()) {
      case Program.Onnx _ -> inProcess.start(load, log);
      case Program.Script _, Program.ScikitLearn _, Program.MlFlow _ -> replicas.start(load, log);
    };
  }

  @Override
  public List<String> lastLines(String instance, int count) {
    return replicas.lastLines(instance, count);
  }

  @Override
  public void forget(String instance) {
    replicas.forget(instance);
    inProcess.forget(instance);
  }
}
