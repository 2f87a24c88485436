package dev.gatehouse.cli;

import dev.gatehouse.api.CertificateClient;
import dev.gatehouse.api.ComputeClient;
import dev.gatehouse.api.OperationState;
import dev.gatehouse.api.ServiceClient;
import dev.gatehouse.api.Session;
import dev.gatehouse.api.WorkspaceId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A workspace of the running server, as commands work in it. */
record Place(ControlPlane server, WorkspaceId workspace, Timer timer) implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofHours(1);
  private static final Duration PAUSE = Duration.ofMillis(50);

  static Place open(DataFolder folder, PlaceOptions options, Context context) throws IOException {
    ControlPlane server = ControlPlane.of(folder, context.timer().clock());
    try {
      return new Place(
          server,
          options.choose(Defaults.of(folder), server.status().workspace()),
          context.timer());
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  Session session() {
    return server.session();
  }

  ComputeClient computes() {
    return new ComputeClient(session(), workspace);
  }

  CertificateClient certificates() {
    return new CertificateClient(session(), workspace);
  }

  ServiceClient services() {
    return new ServiceClient(session(), workspace);
  }

  /** Waits for the operation, with a line that says so; its failure is the command's. */
  void await(Steps steps, String what, String url) throws IOException {
    var _ = steps.run(what, _ -> ended(url));
  }

  private boolean ended(String url) {
    OperationState end =
        timer
            .until(PATIENCE, PAUSE, () -> look(url))
            .orElseThrow(() ->
                new Failure(
                    ExitCode.FAILED, "The operation still runs after an hour: " + url + "."));
    if (end instanceof OperationState.Failed(var cause)) {
      throw new Failure(ExitCode.FAILED, cause);
    }
    return true;
  }

  private Optional<OperationState> look(String url) {
    OperationState state = session().operation(url);
    return state instanceof OperationState.Running ? Optional.empty() : Optional.of(state);
  }

  @Override
  public void close() {
    server.close();
  }
}
