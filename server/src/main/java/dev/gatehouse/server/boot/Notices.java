package dev.gatehouse.server.boot;

import dev.gatehouse.server.identity.Admin;
import dev.gatehouse.server.rest.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;

/**
 * The files in the data folder by which commands find a running server: status, root certificate,
 * credentials.
 */
record Notices(DataFolder folder, Admin admin, String rootPem) {

  /** What is true while the server runs. */
  record Status(
      InetSocketAddress https,
      InetSocketAddress http,
      InetSocketAddress dns,
      Settings.Names names,
      Settings.Home home,
      String subscription) {}

  /** Written last, and whole: who sees the status can use the server. */
  void write(Status status) throws IOException {
    DataFolder.write(folder.authority(), rootPem, false);
    if (!Files.exists(folder.credentials())) {
      System.out.println(
          "The admin principal is "
              + admin.id()
              + ", its secret "
              + admin.secret()
              + " (shown this once; './gatehouse env' reads it from "
              + folder.credentials()
              + ")");
    }
    var credentials =
        Json.object()
            .put("tenant", "adfs")
            .put("clientId", admin.id())
            .put("clientSecret", admin.secret())
            .put("managedIdentity", "/msi/token/" + admin.managedIdentityPath());
    DataFolder.write(folder.credentials(), credentials + "\n", true);
    var state =
        Json.object()
            .put("ready", true)
            .put("https", text(status.https()))
            .put("http", text(status.http()))
            .put("dns", text(status.dns()))
            .put("zone", status.names().zone())
            .put("region", status.names().region())
            .put("ca", folder.authority().toString())
            .put("pid", ProcessHandle.current().pid())
            .put("subscription", status.subscription())
            .put("resourceGroup", status.home().resourceGroup())
            .put("workspace", status.home().workspace());
    DataFolder.write(folder.status(), state + "\n", false);
  }

  static String greeting(Status status, DataFolder folder) {
    return """
    Gatehouse is ready: https://%s
      plain HTTP   http://%s
      DNS          %s for %s
      root         %s
      your shell   eval "$(./gatehouse env%s)\"\
    """
        .formatted(
            text(status.https()),
            text(status.http()),
            text(status.dns()),
            status.names().zone(),
            folder.authority(),
            folder.standard() ? "" : " --data '" + folder.root() + "'");
  }

  private static String text(InetSocketAddress address) {
    String ip = address.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
  }
}
