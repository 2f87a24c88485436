package dev.gatehouse.server.service;

import dev.gatehouse.server.compute.GeneratedNames;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.definition.Aci;
import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.workspace.Workspaces;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The names that are made for services with a {@code dnsNameLabel}, each for its service's life.
 */
final class OwnNames {
  private final Database database;
  private final Workspaces workspaces;
  private final GeneratedNames names;

  OwnNames(Database database, Workspaces workspaces, GeneratedNames names) {
    this.database = database;
    this.workspaces = workspaces;
    this.names = names;
  }

  /** A 400 when no name can be made for the definition, should it want one. */
  void check(WebService service, Definition definition) {
    if (definition instanceof Aci aci && aci.generatedLabel().isPresent()) {
      GeneratedNames.region(location(service, aci));
    }
  }

  /** The name that the definition wants made: the one that the service had under its label. */
  Optional<String> of(WebService service, Definition definition) {
    return definition instanceof Aci aci
        ? aci.generatedLabel().map(label -> of(service, aci, label))
        : Optional.empty();
  }

  private String of(WebService service, Aci aci, String label) {
    return database
        .jdbi()
        .inTransaction(
            h -> find(h, service.id(), label).orElseGet(() -> make(h, service, aci, label)));
  }

  private static Optional<String> find(Handle handle, String serviceId, String label) {
    return handle
        .createQuery("SELECT host FROM service_name WHERE service_id = ? AND label = ?")
        .bind(0, serviceId)
        .bind(1, label)
        .mapTo(String.class)
        .findOne();
  }

  private String make(Handle handle, WebService service, Aci aci, String label) {
    int added;
    String host;
    do {
      host = names.next(label, GeneratedNames.region(location(service, aci)));
      added =
          handle.execute(
              "INSERT INTO service_name (service_id, label, host) VALUES (?, ?, ?)"
                  + " ON CONFLICT (host) DO NOTHING",
              service.id(),
              label,
              host);
    } while (added == 0);
    return host;
  }

  private String location(WebService service, Aci aci) {
    return Json.text(aci.document(), "location")
        .filter(location -> !location.isBlank())
        .orElseGet(() -> workspaces.location(service.workspaceId()));
  }
}
