package dev.gatehouse.server.boot;

import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.BroughtPem;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.certificate.Owner;
import dev.gatehouse.server.certificate.Standing;
import dev.gatehouse.server.compute.ComputeTargets;
import dev.gatehouse.server.model.Models;
import dev.gatehouse.server.model.RegisteredModel;
import dev.gatehouse.server.service.Neighbours;
import dev.gatehouse.server.service.WebServices;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** What services ask of models and certificates, answered by those features. */
final class Shelves {
  private Shelves() {}

  record OfModels(Models models) implements Neighbours.ModelShelf {
    @Override
    public RegisteredModel require(String workspaceId, String id) {
      return models.require(workspaceId, id);
    }

    @Override
    public List<StoredFile> files(RegisteredModel model) {
      return models.files(model);
    }

    @Override
    public ObjectNode forService(RegisteredModel model) {
      return models.forService(model);
    }

    @Override
    public List<ArtifactReference> references(RegisteredModel model) {
      return models.references(model);
    }
  }

  record OfCertificates(Certificates certificates) implements Neighbours.CertificateDesk {
    @Override
    public BroughtPair check(String workspaceId, BroughtPem sent) {
      return certificates.check(workspaceId, sent);
    }

    @Override
    public void installBrought(String owner, BroughtPair pair) throws InterruptedException {
      certificates.installBrought(owner, pair);
    }

    @Override
    public void ensureIssued(String owner, String host) throws InterruptedException {
      certificates.refuseTaken(owner, host);
      certificates.ensureIssued(owner, host);
    }

    @Override
    public void remove(String owner) {
      certificates.remove(owner);
    }

    @Override
    public Optional<Standing> standing(String owner) {
      return certificates.standing(owner);
    }
  }

  /** Who can have a certificate. */
  record OfOwners(ComputeTargets targets, WebServices services) implements Owner.Directory {
    @Override
    public List<Owner> of(String workspaceId) {
      Stream<Owner> computes =
          targets.names(workspaceId).stream()
              .flatMap(name -> targets.find(workspaceId, name).stream())
              .map(target -> new Owner(target.id(), Owner.Kind.COMPUTE_TARGET, target.name()));
      Stream<Owner> containers =
          services.ids(workspaceId).entrySet().stream()
              .map(e -> new Owner(e.getValue(), Owner.Kind.SERVICE, e.getKey()));
      return Stream.concat(computes, containers).toList();
    }
  }
}
