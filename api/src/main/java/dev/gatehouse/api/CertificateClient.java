package dev.gatehouse.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The certificates of a workspace, by the names of the targets and services that have them. */
public final class CertificateClient {
  private final Session session;
  private final WorkspaceId workspace;

  public CertificateClient(Session session, WorkspaceId workspace) {
    this.session = session;
    this.workspace = workspace;
  }

  /** A list of what {@link #get} returns. */
  public JsonNode list() {
    return session.get(workspace.path() + "/certificates").path("value");
  }

  /** Facts, standing and history. */
  public JsonNode get(String owner) {
    return session.get(path(owner));
  }

  /** Begins a renewal, whatever is left, and returns the URL of its operation. */
  public String renew(String owner) {
    return session
        .reply("POST", path(owner) + "/renew")
        .orProblem()
        .required("Azure-AsyncOperation");
  }

  /** Has a key made, and returns the request for its certificate. */
  public JsonNode request(ObjectNode wanted) {
    return session.send("POST", requests(), wanted).json();
  }

  /** The requests whose certificates have not been brought yet. */
  public JsonNode openRequests() {
    return session.get(requests()).path("value");
  }

  /** Forgets a request with its key. */
  public void cancelRequest(String id) {
    session.reply("DELETE", requests() + "/" + Wire.segment(id)).orProblem();
  }

  private String requests() {
    return workspace.path() + "/certificateRequests";
  }

  private String path(String owner) {
    return workspace.path() + "/certificates/" + Wire.segment(owner);
  }
}
