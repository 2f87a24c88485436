package dev.gatehouse.server.boot;

import dev.gatehouse.server.artifact.ArtifactReference;
import dev.gatehouse.server.artifact.StoredFile;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.Certificates;
import dev.gatehouse.server.model.Models;
import dev.gatehouse.server.model.RegisteredModel;
import dev.gatehouse.server.service.Neighbours;
import java.util.List;
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
    public BroughtPair check(String cname, String certificatePem, String keyPem) {
      return certificates.check(cname, certificatePem, keyPem);
    }

    @Override
    public void installBrought(String owner, BroughtPair pair) {
      certificates.installBrought(owner, pair);
    }

    @Override
    public void ensureIssued(String owner, String host) {
      boolean served =
          certificates
              .of(owner)
              .filter(installed -> !installed.brought())
              .filter(installed -> installed.host().equals(host))
              .isPresent();
      if (!served) {
        certificates.refuseTaken(owner, host);
        certificates.installIssued(owner, host);
      }
    }

    @Override
    public void remove(String owner) {
      certificates.remove(owner);
    }
  }
}
