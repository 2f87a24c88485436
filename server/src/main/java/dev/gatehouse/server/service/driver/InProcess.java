package dev.gatehouse.server.service.driver;

import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.Model;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.operation.OperationLog;
import java.util.List;

/** Runs ONNX models in the gateway's process. */
public final class InProcess implements ComputeDriver {
  private final Opener opener;

  public InProcess(Opener opener) {
    this.opener = opener;
  }

  /** Loads model files. */
  @FunctionalInterface
  public interface Opener {
    /** Throws a start failure that says what is wrong with the file. */
    Opened open(StoredFile file, String name, String version) throws StartFailure;
  }

  /** A model that answers until it is closed. */
  public interface Opened extends AutoCloseable {
    Model model();

    @Override
    void close();
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
    Opened opened = opener.open(file, model.name(), Integer.toString(model.version()));
    return new Started() {
      @Override
      public Backend backend() {
        return new Backend.InProcess(opened.model());
      }

      @Override
      public void stop() {
        opened.close();
      }
    };
  }

  @Override
  public List<String> lastLines(String instance, int count) {
    return List.of();
  }

  @Override
  public void forget(String instance) {}
}
