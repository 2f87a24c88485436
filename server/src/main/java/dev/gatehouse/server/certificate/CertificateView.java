package dev.gatehouse.server.certificate;

import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.rest.Json;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** What clients get to see of certificates; keys are never in it. */
final class CertificateView {
  private CertificateView() {}

  static ObjectNode certificate(
      Owner owner, String host, Standing now, List<CertificateStore.Past> history) {
    var facts = now.facts();
    var body = Json.object().put("owner", owner.name()).put("ownerKind", owner.kind().word());
    body.put("host", host).put("kind", now.brought() ? "Custom" : "Platform");
    body.put("issuer", facts.issuer()).put("serial", facts.serial());
    var names = body.putArray("names");
    facts.names().forEach(names::add);
    body.put("keyType", facts.keyType());
    body.put("notBefore", facts.notBefore().toString());
    body.put("notAfter", facts.notAfter().toString());
    body.put("daysLeft", now.daysLeft());
    body.put("nextRenewal", now.nextRenewal().map(Instant::toString).orElse(null));
    body.put("lastError", now.lastError().orElse(null));
    var past = body.putArray("history");
    history.forEach(each ->
        past.addObject()
            .put("serial", each.serial())
            .put("issuer", each.issuer())
            .put("host", each.host())
            .put("notAfter", each.notAfter().toString())
            .put("created", each.created().toString())
            .put("replaced", each.replaced().map(Instant::toString).orElse(null)));
    return body;
  }

  static ObjectNode operation(Operation operation) {
    var body = Json.object().put("id", operation.id());
    switch (operation.state()) {
      case Operation.State.Waiting _, Operation.State.Running _ -> body.put("status", "InProgress");
      case Operation.State.Succeeded _ -> body.put("status", "Succeeded");
      case Operation.State.Failed(var code, var message, _) ->
          body.put("status", "Failed").putObject("error").put("code", code).put("message", message);
    }
    return body;
  }
}
