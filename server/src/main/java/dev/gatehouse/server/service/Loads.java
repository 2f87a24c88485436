package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.model.RegisteredModel;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.ImageRequest;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.driver.Load;
import dev.gatehouse.server.service.driver.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the files of models and code that a definition names, and the program that serves them. */
final class Loads {
  private static final Set<String> MLFLOW = Set.of("ScikitLearn", "Custom", "Multi");
  private static final String MARK = Program.MlFlow.MARK;

  private final Neighbours neighbours;
  private final ServicePlaces.Observation observation;

  Loads(Neighbours neighbours, ServicePlaces.Observation observation) {
    this.neighbours = neighbours;
    this.observation = observation;
  }

  /** A missing model or file, or a model that no built-in program serves, is a problem. */
  void check(String workspaceId, Definition definition) {
    for (Part part : definition.parts()) {
      load(workspaceId, definition.name().value(), part, new Start("check", 1));
    }
  }

  /** A start to be made: what it is called, and with how many replicas. */
  record Start(String instance, int replicas) {}

  Load load(String workspaceId, String service, Part part, Start start) {
    List<RegisteredModel> registered =
        part.image().modelIds().stream()
            .map(id -> neighbours.models().require(workspaceId, id))
            .toList();
    List<Load.LoadedModel> models =
        registered.stream()
            .map(model ->
                new Load.LoadedModel(
                    model.name(), model.version(), neighbours.models().files(model)))
            .toList();
    return new Load(
        start.instance(),
        service,
        program(workspaceId, part, registered, models),
        models,
        new Load.Scale(
            start.replicas(),
            part.limits().concurrent(),
            part.limits().scoringTimeout(),
            part.memoryBytes(),
            part.liveness()),
        new Load.ModelData(observation.place(workspaceId, service), part.observed().collect()));
  }

  private Program program(
      String workspaceId,
      Part part,
      List<RegisteredModel> registered,
      List<Load.LoadedModel> models) {
    Program program =
        part.image().withoutCode()
            ? builtIn(registered.getFirst(), models.getFirst())
            : script(workspaceId, part.image());
    if (part.batching().isEmpty()) {
      return program;
    }
    if (program instanceof Program.Onnx) {
      return new Program.Onnx(part.batching());
    }
    throw ProblemException.invalid(
        "The properties gatehouse.batch.max and gatehouse.batch.wait are for ONNX models without an"
            + " inference config; leave them out.");
  }

  /** An MLflow model says itself what it is, whatever it was registered as. */
  private static Program builtIn(RegisteredModel model, Load.LoadedModel files) {
    if (MLFLOW.contains(model.framework())) {
      var marks =
          files.files().stream()
              .map(StoredFile::path)
              .filter(path -> path.equals(MARK) || path.endsWith("/" + MARK))
              .toList();
      if (marks.size() == 1) {
        String mark = marks.getFirst();
        return new Program.MlFlow(mark.substring(0, mark.length() - MARK.length()));
      }
    }
    return switch (model.framework()) {
      case "Onnx" -> {
        long graphs = files.files().stream().filter(file -> file.path().endsWith(".onnx")).count();
        if (graphs != 1 && files.files().size() != 1) {
          throw ProblemException.invalid(
              "The model '"
                  + model.id()
                  + "' has "
                  + graphs
                  + " files that end in .onnx; an ONNX model without an inference config needs exactly one.");
        }
        yield new Program.Onnx(Optional.empty());
      }
      case "ScikitLearn" ->
          new Program.ScikitLearn(Json.text(model.document(), "frameworkVersion").orElse(""));
      default ->
          throw ProblemException.invalid(
              "The model '"
                  + model.id()
                  + "' has the framework "
                  + model.framework()
                  + ", which is not served without an inference config (Onnx, ScikitLearn and MLflow models are);"
                  + " deploy it with an entry script.");
    };
  }

  private Program script(String workspaceId, ImageRequest image) {
    var assets = new ArrayList<Program.Asset>();
    for (ImageRequest.CodeAsset asset : image.assets()) {
      List<StoredFile> found =
          neighbours.files().under(workspaceId, ArtifactReference.parse(asset.url()));
      if (found.isEmpty()) {
        throw new ProblemException(
            new Problem.Invalid(
                "ArtifactNotFound",
                "The code file '"
                    + asset.url()
                    + "' has not been uploaded; upload it and deploy again."));
      }
      assets.add(new Program.Asset(asset.id(), asset.unpack(), found.getFirst()));
    }
    return new Program.Script(image.driver().orElse(""), assets, image.environment());
  }
}
