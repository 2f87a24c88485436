package dev.gatehouse.server.workspace;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.state.Database;
import java.util.Optional;

/** The workspaces by their place in the tree of subscriptions and resource groups. */
public final class Workspaces {
  /** The path of a workspace, as every route within one begins or goes on. */
  public static final String PATH =
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}";

  private final Database database;

  public Workspaces(Database database) {
    this.database = database;
  }

  /** The workspace that the request's path names; a problem of 404 when there is none. */
  public Workspace require(Request request) {
    String name = request.parameter("workspace");
    return find(request.parameter("subscription"), request.parameter("group"), name)
        .orElseThrow(() ->
            new ProblemException(
                new Problem.NotFound(
                    "WorkspaceNotFound",
                    "There is no workspace '%s' in the resource group '%s' of the subscription %s."
                        .formatted(
                            name, request.parameter("group"), request.parameter("subscription")))));
  }

  Optional<Workspace> find(String subscription, String group, String name) {
    return database
        .jdbi()
        .withHandle(h ->
            h.createQuery(
                    "SELECT * FROM workspace WHERE subscription = ? AND resource_group = ? AND name = ?")
                .bind(0, subscription)
                .bind(1, group)
                .bind(2, name)
                .map((rs, _) ->
                    new Workspace(
                        rs.getString("id"),
                        rs.getString("subscription"),
                        rs.getString("resource_group"),
                        rs.getString("name"),
                        rs.getString("location")))
                .findOne());
  }
}
