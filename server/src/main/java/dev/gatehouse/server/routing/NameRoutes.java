package dev.gatehouse.server.routing;

import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;

/** Lists the generated names, for systems that keep them in their hosts file. */
public final class NameRoutes {
  private final Names names;

  public NameRoutes(Names names) {
    this.names = names;
  }

  public void addTo(Router router) {
    router.route("GET", "/gatehouse/names", Envelope.ARM, _ -> list());
  }

  private Response list() {
    var body = Json.object();
    var value = body.putArray("names");
    names
        .known()
        .forEach((name, address) ->
            value.addObject().put("name", name).put("address", address.getHostAddress()));
    return Response.ok(body);
  }
}
