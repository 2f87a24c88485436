package dev.gatehouse.server.service.definition;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.gateway.ClientRoots;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the property that names the CAs whose clients a service lets in. */
final class ClientCa {
  private static final int NO_CA = -1;

  private ClientCa() {}

  static ClientRoots roots(ObjectNode document) {
    String pem = text(document);
    return pem.isBlank() ? ClientRoots.NONE : new ClientRoots(Pem.certificates(pem));
  }

  /** A 400 for what is no certificate of a CA, and where the property would go unseen. */
  static void check(Definition definition) {
    String pem = text(definition.document());
    for (JsonNode version : definition.document().path("versions").values()) {
      String own = text(version);
      if (!own.isBlank() && !own.equals(pem)) {
        throw refused("holds for an endpoint as a whole; set it there and not at a version.");
      }
    }
    ClientRoots roots;
    try {
      roots = definition.clientRoots();
    } catch (CertificateFault e) {
      throw refused("cannot be used. " + e.reason().sentence());
    }
    roots.certificates().forEach(ClientCa::check);
  }

  private static void check(X509Certificate root) {
    String subject = "holds '" + root.getSubjectX500Principal().getName() + "', which ";
    if (root.getBasicConstraints() == NO_CA) {
      throw refused(subject + "is no certificate of a CA; send that of the CA that signs clients.");
    }
    try {
      root.checkValidity();
    } catch (CertificateExpiredException _) {
      throw refused(
          subject + "expired at " + root.getNotAfter().toInstant() + "; send a renewed one.");
    } catch (CertificateNotYetValidException _) {
      throw refused(
          subject
              + "is not valid before "
              + root.getNotBefore().toInstant()
              + "; send one that is valid now.");
    }
  }

  private static String text(JsonNode document) {
    return document.path("properties").path(Definition.CLIENT_CA_PROPERTY).asString("");
  }

  private static ProblemException refused(String what) {
    return ProblemException.invalid("The property '" + Definition.CLIENT_CA_PROPERTY + "' " + what);
  }
}
