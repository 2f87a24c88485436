package dev.gatehouse.server.service;

import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.BroughtPem;
import dev.gatehouse.server.certificate.Standing;
import dev.gatehouse.server.compute.ComputeTarget;
import dev.gatehouse.server.model.RegisteredModel;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What services ask of the features beside them, as functions: wired to them, replaced in tests.
 */
public record Neighbours(
    ModelShelf models, FileShelf files, TargetShelf targets, CertificateDesk certificates) {

  /** The registered models. */
  public interface ModelShelf {
    RegisteredModel require(String workspaceId, String id);

    List<StoredFile> files(RegisteredModel model);

    ObjectNode forService(RegisteredModel model);

    /** Where the model's uploads are, for clients that fetch them themselves. */
    List<ArtifactReference> references(RegisteredModel model);
  }

  /** The uploaded files. */
  @FunctionalInterface
  public interface FileShelf {
    List<StoredFile> under(String workspaceId, ArtifactReference prefix);
  }

  /** The compute targets. */
  @FunctionalInterface
  public interface TargetShelf {
    Optional<ComputeTarget> find(String workspaceId, String name);
  }

  /** The certificates of services that have names of their own. */
  public interface CertificateDesk {
    BroughtPair check(String workspaceId, BroughtPem sent);

    void installBrought(String owner, BroughtPair pair) throws InterruptedException;

    /** Sees to it that a platform certificate is served at the name; a present one stays. */
    void ensureIssued(String owner, String host) throws InterruptedException;

    void remove(String owner);

    /** How the one in service stands. */
    Optional<Standing> standing(String owner);
  }
}
