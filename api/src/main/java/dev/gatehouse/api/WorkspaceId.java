package dev.gatehouse.api;

/** A workspace by its place in the tree of subscriptions and resource groups. */
public record WorkspaceId(String subscription, String resourceGroup, String name) {

  /** The ARM id, which is also the path of the workspace. */
  public String path() {
    return "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.MachineLearningServices/workspaces/%s"
        .formatted(subscription, resourceGroup, name);
  }
}
