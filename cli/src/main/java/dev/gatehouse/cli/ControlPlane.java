package dev.gatehouse.cli;

import dev.gatehouse.api.RestClient;
import dev.gatehouse.api.ServerStatus;
import dev.gatehouse.api.Session;
import java.io.IOException;
import java.time.InstantSource;

/** The running server of a data folder, signed in to as the installation's principal. */
record ControlPlane(ServerStatus status, RestClient client, Session session)
    implements AutoCloseable {

  static ControlPlane of(DataFolder folder, InstantSource clock) throws IOException {
    ServerStatus status = folder.requireRunning();
    RestClient client = folder.client(status);
    return new ControlPlane(status, client, new Session(client, folder.credentials(), clock));
  }

  @Override
  public void close() {
    client.close();
  }
}
