package dev.gatehouse.server.identity;

import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;

/** What a client asks first: the cloud's endpoints (PROTOCOL.md 2.1) and its tenants. */
final class CloudRoutes {
  private final Admin admin;

  CloudRoutes(Admin admin) {
    this.admin = admin;
  }

  void addTo(Router router) {
    router
        .open("GET", "/metadata/endpoints", Envelope.ARM, CloudRoutes::metadata)
        .route("GET", "/tenants", Envelope.ARM, _ -> tenants());
  }

  private static Response metadata(Request request) {
    String base = request.base();
    var cloud = Json.object().put("name", "AzureCloud").put("portal", "https://portal.azure.com");
    cloud.put("resourceManager", base);
    var authentication = cloud.putObject("authentication").put("loginEndpoint", base + "/adfs");
    authentication.putArray("audiences").add(base + "/arm");
    for (String name :
        new String[] {
          "graphAudience",
          "graph",
          "media",
          "batch",
          "gallery",
          "sqlManagement",
          "activeDirectoryDataLake"
        }) {
      cloud.put(name, base + "/" + name);
    }
    cloud.put("vmImageAliasDoc", base + "/vmImageAliasDoc");
    cloud
        .putObject("suffixes")
        .put("storage", "gatehouse.localhost")
        .put("keyVaultDns", "vault.gatehouse.localhost");
    return Response.ok(Json.array().add(cloud));
  }

  private Response tenants() {
    var body = Json.object();
    body.putArray("value")
        .addObject()
        .put("id", "/tenants/" + admin.tenant())
        .put("tenantId", admin.tenant())
        .put("displayName", "Gatehouse");
    return Response.ok(body);
  }
}
