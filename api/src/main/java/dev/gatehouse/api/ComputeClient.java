package dev.gatehouse.api;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The compute targets of a workspace; what changes one returns the URL of its operation. */
public final class ComputeClient {
  private static final String VERSION = "?api-version=2020-02-02";

  private final Session session;
  private final WorkspaceId workspace;

  public ComputeClient(Session session, WorkspaceId workspace) {
    this.session = session;
    this.workspace = workspace;
  }

  public List<ComputeTarget> list() {
    var targets = new ArrayList<ComputeTarget>();
    session
        .get(workspace.path() + "/computes" + VERSION)
        .path("value")
        .forEach(each -> targets.add(new ComputeTarget(each)));
    return List.copyOf(targets);
  }

  /** The target; one that does not exist is a problem of its own. */
  public ComputeTarget get(String name) {
    return new ComputeTarget(session.get(path(name)));
  }

  /**
   * Makes or changes the target; members of {@code properties} that are absent stay as they are.
   */
  public String put(String name, ObjectNode properties) {
    ObjectNode request =
        Wire.object().put("location", Wire.text(session.get(workspace.path()), "location"));
    request.set("properties", properties.put("computeType", "AKS"));
    return session.send("PUT", path(name), request).required("Azure-AsyncOperation");
  }

  /** Takes the target out of the workspace; its cluster stays for another attach. */
  public String detach(String name) {
    return remove(name, "detach");
  }

  /** Takes the target out of the workspace, and its cluster with it. */
  public String delete(String name) {
    return remove(name, "delete");
  }

  private String remove(String name, String action) {
    return session
        .reply("DELETE", path(name) + "&underlyingResourceAction=" + action)
        .orProblem()
        .required("Azure-AsyncOperation");
  }

  /** What opens the cluster; null members where there is none. */
  public JsonNode credentials(String name) {
    return session.reply("POST", path(name).replace("?", "/listKeys?")).json();
  }

  private String path(String name) {
    return workspace.path() + "/computes/" + Wire.segment(name) + VERSION;
  }
}
