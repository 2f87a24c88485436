package dev.gatehouse.server.routing;

import dev.gatehouse.server.rest.Envelope;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;

/**
 * Lists the generated names, where they lead and who answers for them: for hosts files and for
 * checks from outside.
 */
public final class NameRoutes {
  private final Names names;

  public NameRoutes(Names names) {
    this.names = names;
  }

  public void addTo(Router router) {
    router.route("GET", "/gatehouse/names", Envelope.ARM, _ -> list());
  }

  private Response list() {
    var authority = names.authority();
    var body =
        Json.object()
            .put("zone", names.zone())
            .put("authority", authority.getAddress().getHostAddress())
            .put("authorityPort", authority.getPort())
            .put("embedded", names.embedded());
    var gateway = body.putArray("gateway");
    names.gateway().forEach(address -> gateway.add(address.getHostAddress()));
    var value = body.putArray("names");
    names
        .known()
        .forEach((name, address) ->
            value.addObject().put("name", name).put("address", address.getHostAddress()));
    return Response.ok(body);
  }
}
