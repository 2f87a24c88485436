package dev.gatehouse.server.boot;

import dev.gatehouse.server.artifact.ArtifactRoutes;
import dev.gatehouse.server.artifact.Artifacts;
import dev.gatehouse.server.artifact.BlobLinks;
import dev.gatehouse.server.artifact.BlobRoutes;
import dev.gatehouse.server.artifact.ContentStore;
import dev.gatehouse.server.artifact.DatastoreRoutes;
import dev.gatehouse.server.environment.EnvironmentRoutes;
import dev.gatehouse.server.model.ModelRoutes;
import dev.gatehouse.server.model.ModelUse;
import dev.gatehouse.server.model.Models;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.IOException;

/** What is kept to be deployed: uploads, models, environments. */
final class Registry {
  private final Ground ground;
  private final ContentStore contents;
  private final BlobLinks links;
  private final Artifacts artifacts;
  private final Models models;

  Registry(Ground ground, DataFolder folder) throws IOException {
    this.ground = ground;
    contents = new ContentStore(folder.contents(), ground.clock());
    links =
        new BlobLinks(
            ground.installation().value("upload-key", () -> ground.random().generateSeed(32)),
            ground.clock());
    artifacts = new Artifacts(ground.database(), contents, ground.random(), ground.clock());
    models = new Models(ground.database(), artifacts, ground.random(), ground.clock());
  }

  Artifacts artifacts() {
    return artifacts;
  }

  Models models() {
    return models;
  }

  void addTo(Router router, Workspaces workspaces, ModelUse use) {
    new ArtifactRoutes(workspaces, artifacts, links).addTo(router);
    new BlobRoutes(ground.database(), contents, links, ground.clock()).addTo(router);
    new DatastoreRoutes(workspaces, links).addTo(router);
    new ModelRoutes(workspaces, models, use).addTo(router);
    new EnvironmentRoutes(workspaces, ground.database(), ground.clock()).addTo(router);
  }
}
