package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.server.certificate.AuthorityCare.Announcement;
import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The embedded authority for its owner, and its revocation lists for everybody. */
public final class AuthorityRoutes {
  private static final String LIST = "/crl/{file}";

  private final AuthorityCare care;
  private final Announcement announcement;

  public AuthorityRoutes(AuthorityCare care, Announcement announcement) {
    this.care = care;
    this.announcement = announcement;
  }

  public void addTo(Router router) {
    router
        .route("GET", "/gatehouse/authority", Envelope.ARM, _ -> Response.ok(view()))
        .route("POST", "/gatehouse/authority/request", Envelope.ARM, _ -> request())
        .route("PUT", "/gatehouse/authority/intermediate", Envelope.ARM, this::accept)
        .open("GET", LIST, Envelope.ARM, this::list);
  }

  private Response request() {
    return Response.ok(Json.object().put("request", care.authority().request()));
  }

  private Response accept(Request request) throws IOException {
    String chain = request.json().path("chain").asString("");
    if (chain.isBlank()) {
      throw ProblemException.invalid(
          "The member 'chain' is missing: send the signed certificate, its issuers and the root as PEM text.");
    }
    care.accept(chain, announcement);
    return Response.ok(view());
  }

  private Response list(Request request) {
    String file = request.parameter("file");
    byte[] list =
        (file.endsWith(".crl")
                ? care.lists().list(file.substring(0, file.length() - 4))
                : java.util.Optional.<byte[]>empty())
            .orElseThrow(() ->
                new ProblemException(
                    new Problem.NotFound(
                        "RevocationListNotFound",
                        "There is no revocation list of this name; './gatehouse authority show' has the names.")));
    return new Response(
        200,
        Map.of("Content-Type", "application/pkix-crl", "Cache-Control", "max-age=3600"),
        new Response.Body.Bytes(list));
  }

  private ObjectNode view() {
    PlatformAuthority authority = care.authority();
    ObjectNode view = Json.object();
    view.put("imported", authority.underOtherRoot()).put("requestPending", authority.requested());
    view.set("root", facts(authority.root()));
    var intermediate = facts(authority.intermediate().pair().leaf());
    intermediate.put("due", authority.intermediate().due().toString());
    view.set("intermediate", intermediate);
    view.put("permitted", authority.intermediate().permitted().toString());
    var lists = view.putArray("revocationLists");
    authority.signers().keySet().stream()
        .filter(id -> care.lists().list(id).isPresent())
        .forEach(id -> lists.add("/crl/" + id + ".crl"));
    return view;
  }

  private static ObjectNode facts(X509Certificate certificate) {
    CertificateFacts facts = CertificateFacts.of(certificate);
    return Json.object()
        .put("subject", certificate.getSubjectX500Principal().getName())
        .put("issuer", certificate.getIssuerX500Principal().getName())
        .put("id", Signing.id(certificate.getPublicKey()))
        .put("serial", facts.serial())
        .put("keyType", facts.keyType())
        .put("notBefore", facts.notBefore().toString())
        .put("notAfter", facts.notAfter().toString());
  }
}
