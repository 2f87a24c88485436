package dev.gatehouse.api;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The web services of a workspace; what changes one returns the URL of its operation. */
public final class ServiceClient {
  private final Session session;
  private final String models;

  public ServiceClient(Session session, WorkspaceId workspace) {
    this.session = session;
    this.models = "/modelmanagement/v1.0" + workspace.path();
  }

  /** As the server shows them. */
  public JsonNode list() {
    return session.get(models + "/services").path("value");
  }

  /** The service; one that does not exist is a problem of its own. */
  public WebService get(String name) {
    return new WebService(session.get(path(name)));
  }

  /** Changes members of the service by a JSON Patch. */
  public String update(String name, ArrayNode patch) {
    String operation = session.send("PATCH", path(name), patch).required("Operation-Location");
    return models + "/operations/" + operation.substring(operation.lastIndexOf('/') + 1);
  }

  private String path(String name) {
    return models + "/services/" + Wire.segment(name);
  }
}
