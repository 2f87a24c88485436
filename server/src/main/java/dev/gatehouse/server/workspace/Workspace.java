package dev.gatehouse.server.workspace;

/**
 * A workspace; names keep the letter case of their creation and are found in any.
 *
 * @param id a GUID, under which everything in the workspace is stored
 */
public record Workspace(
    String id, String subscription, String resourceGroup, String name, String location) {
  /** The ARM id with the exact letter case that clients parse. */
  public String armId() {
    return "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.MachineLearningServices/workspaces/%s"
        .formatted(subscription, resourceGroup, name);
  }
}
