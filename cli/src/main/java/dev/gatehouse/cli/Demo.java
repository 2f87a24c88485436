package dev.gatehouse.cli;

import dev.gatehouse.api.Address;
import dev.gatehouse.api.ComputeTarget;
import dev.gatehouse.api.ModelFile;
import dev.gatehouse.api.OperationState;
import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.api.ScoringClient;
import dev.gatehouse.api.ScoringClient.Scored;
import dev.gatehouse.api.Secret;
import dev.gatehouse.api.ServedCertificate;
import dev.gatehouse.api.Trust;
import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.ObjectNode;

/** Does the article's job through the API that scripts use, and checks what comes out. */
final class Demo {
  private static final String TARGET = "demo";
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ENVIRONMENT_PATIENCE = Duration.ofMinutes(25);

  private final ControlPlane server;
  private final DemoFiles files;
  private final Steps steps;
  private final Timer timer;

  Demo(ControlPlane server, DemoFiles files, Steps steps, Timer timer) {
    this.server = server;
    this.files = files;
    this.steps = steps;
    this.timer = timer;
  }

  /** A service that has answered right. */
  record Scoring(URI uri, Secret key, String request) {}

  /**
   * What there is to show at the end.
   *
   * @param subject the name that the certificate was verified for
   */
  record Outcome(
      Scoring withoutCode, Scoring withScript, String subject, ServedCertificate certificate) {}

  /** What a service is made of. */
  private record Plan(String name, String sample, ObjectNode image, Duration patience) {}

  Outcome run() throws IOException {
    var workspace =
        steps.run(
            "sign in and find the workspace '" + server.status().workspace().name() + "'",
            _ ->
                WorkspaceClient.open(
                    server.session(),
                    server.status().workspace(),
                    timer.clock(),
                    RandomGenerator.getDefault()));
    String ridge = register(workspace, new ModelFile("ridge", "Onnx", files.file("ridge.onnx")));
    ComputeTarget target = target(workspace);
    Scored[] last = new Scored[1];
    Scoring first =
        deploy(
            workspace,
            new Plan("diabetes", "ridge", image(ridge), PATIENCE),
            "the ONNX model without any code",
            last);
    String iris =
        register(workspace, new ModelFile("iris", "ScikitLearn", files.file("iris.joblib")));
    Scoring second =
        deploy(
            workspace,
            new Plan("iris", "iris", imageWithScript(workspace, iris), ENVIRONMENT_PATIENCE),
            "the scikit-learn model with its entry script",
            last);
    return new Outcome(
        first,
        second,
        first.uri().getHost(),
        target.certificate().orElseGet(() -> ServedCertificate.of(last[0].certificate())));
  }

  private String register(WorkspaceClient workspace, ModelFile model) throws IOException {
    return steps.run(
        "upload and register the %s model '%s'".formatted(model.framework(), model.name()),
        progress -> {
          String id = workspace.register(model);
          progress.at(id);
          return id;
        });
  }

  private ComputeTarget target(WorkspaceClient workspace) throws IOException {
    return steps.run(
        "create the compute target '%s' with the leaf label '%s'".formatted(TARGET, TARGET),
        _ -> {
          String operation = workspace.putCompute(TARGET, TARGET);
          await(
              "creating the compute target", PATIENCE, () -> workspace.computeOperation(operation));
          return workspace
              .compute(TARGET)
              .filter(target -> target.cname().isPresent())
              .orElseThrow(() ->
                  new Failure(
                      ExitCode.FAILED, "The compute target '" + TARGET + "' has no host name."));
        });
  }

  private Scoring deploy(WorkspaceClient workspace, Plan plan, String what, Scored[] last)
      throws IOException {
    URI uri =
        steps.run(
            "deploy the service '%s': %s".formatted(plan.name(), what),
            progress -> deployed(workspace, plan, progress));
    return steps.run(
        "score %s over verified HTTPS".formatted(uri),
        _ -> {
          Secret key = workspace.primaryKey(plan.name());
          DemoFiles.Sample sample = files.sample(plan.sample());
          last[0] = score(uri, key, sample);
          return new Scoring(uri, key, sample.request());
        });
  }

  private Scored score(URI uri, Secret key, DemoFiles.Sample sample) throws IOException {
    Address gateway = server.status().https();
    var client = new ScoringClient(Trust.of(server.status().ca()), gateway, PATIENCE);
    Scored scored =
        client.post(uri, Map.of("Authorization", "Bearer " + key.value()), sample.request());
    if (scored.status() != 200) {
      throw new Failure(
          ExitCode.FAILED,
          "%s answered with status %d: %s".formatted(uri, scored.status(), scored.body()));
    }
    sample.check(scored.body());
    return scored;
  }

  private URI deployed(WorkspaceClient workspace, Plan plan, Steps.Progress progress) {
    String operation =
        timer
            .until(PATIENCE, PAUSE, () -> accepted(workspace, plan, progress))
            .orElseThrow(() -> tooLong("waiting for another operation", PATIENCE));
    var log = new OperationTail(progress);
    await(
        "deploying the service '" + plan.name() + "'",
        plan.patience(),
        () -> log.seen(workspace.serviceOperation(operation, log.length())));
    return workspace
        .service(plan.name())
        .scoringUri()
        .orElseThrow(() ->
            new Failure(
                ExitCode.FAILED, "The service '" + plan.name() + "' has no scoring address."));
  }

  /** After a restart the server may still be starting what an earlier demo has deployed. */
  private static Optional<String> accepted(
      WorkspaceClient workspace, Plan plan, Steps.Progress progress) {
    try {
      return Optional.of(workspace.deploy(request(plan)));
    } catch (ProblemException e) {
      if (!(e.problem() instanceof Problem.Conflict(var code, _))
          || !code.equals("OperationInProgress")) {
        throw e;
      }
      progress.at("waiting for the service of an earlier run");
      return Optional.empty();
    }
  }

  private void await(String what, Duration patience, Supplier<OperationState> look) {
    if (timer.until(patience, PAUSE, () -> finished(what, look.get())).isEmpty()) {
      throw tooLong(what, patience);
    }
  }

  private static Failure tooLong(String what, Duration patience) {
    return new Failure(ExitCode.FAILED, what + " took longer than " + patience.toSeconds() + " s.");
  }

  private static Optional<Boolean> finished(String what, OperationState state) {
    return switch (state) {
      case OperationState.Running _ -> Optional.empty();
      case OperationState.Succeeded _ -> Optional.of(true);
      case OperationState.Failed(var cause) ->
          throw new Failure(ExitCode.FAILED, what + " failed: " + cause);
    };
  }

  private static ObjectNode request(Plan plan) {
    ObjectNode request =
        Wire.object()
            .put("name", plan.name())
            .put("description", "Made by ./gatehouse demo.")
            .put("computeType", "AKS")
            .put("computeName", TARGET)
            .put("numReplicas", 1)
            .put("authEnabled", true)
            .put("overwrite", true);
    request.putObject("kvTags");
    request.putObject("properties");
    request.putObject("keys");
    request.putObject("autoScaler").put("autoscaleEnabled", false);
    request.set("environmentImageRequest", plan.image());
    return request;
  }

  private static ObjectNode image(String model) {
    ObjectNode image = Wire.object();
    image.putArray("modelIds").add(model);
    return image;
  }

  private ObjectNode imageWithScript(WorkspaceClient workspace, String model) throws IOException {
    String script = "score.py";
    String artifact =
        steps.run("upload the entry script " + script, _ -> workspace.upload(files.file(script)));
    ObjectNode image = image(model);
    image
        .put("driverProgram", script)
        .putArray("assets")
        .addObject()
        .put("id", script)
        .put("url", "aml://artifact/" + artifact)
        .put("mimeType", "application/x-python");
    ObjectNode environment = (ObjectNode) files.environment();
    environment.putObject("environmentVariables").put("AZUREML_ENTRY_SCRIPT", script);
    image.set("environment", environment);
    return image;
  }
}
