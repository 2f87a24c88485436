package dev.gatehouse.api;

import tools.jackson.databind.JsonNode;

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

  private String path(String owner) {
    return workspace.path() + "/certificates/" + Wire.segment(owner);
  }
}
