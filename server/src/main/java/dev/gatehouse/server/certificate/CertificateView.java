package dev.gatehouse.server.certificate;

import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.rest.Json;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/** What clients get to see of certificates; keys are never in it. */
public final class CertificateView {
  private CertificateView() {}

  /** All that is known of it, its past included. */
  public static ObjectNode of(Standing now) {
    var facts = now.facts();
    var body =
        Json.object().put("kind", now.origin() instanceof Origin.Brought ? "Custom" : "Platform");
    body.put("issuer", facts.issuer());
    origin(body, now.origin());
    body.put("serial", facts.serial());
    var names = body.putArray("names");
    facts.names().forEach(names::add);
    body.put("keyType", facts.keyType());
    body.put("notBefore", facts.notBefore().toString());
    body.put("notAfter", facts.notAfter().toString());
    body.put("daysLeft", now.daysLeft());
    body.put("nextRenewal", now.nextRenewal().map(Instant::toString).orElse(null));
    if (now.window().isPresent()) {
      body.putObject("renewalWindow")
          .put("start", now.window().get().start().toString())
          .put("end", now.window().get().end().toString());
    } else {
      body.putNull("renewalWindow");
    }
    body.put("lastError", now.lastError().orElse(null));
    remarks(now.origin()).addTo(body);
    var past = body.putArray("history");
    now.history().forEach(each -> past.add(past(each)));
    return body;
  }

  private static Remarks remarks(Origin origin) {
    return switch (origin) {
      case Origin.Brought(var remarks) -> remarks;
      case Origin.Issued _ -> Remarks.NONE;
    };
  }

  private static ObjectNode past(Past each) {
    var body = Json.object().put("serial", each.serial()).put("issuer", each.issuer());
    origin(body, each.origin());
    return body.put("host", each.host())
        .put("notAfter", each.notAfter().toString())
        .put("created", each.created().toString())
        .put("replaced", each.replaced().map(Instant::toString).orElse(null));
  }

  /** Null where there is nothing to say: for what its owner brought, and for no profile. */
  private static void origin(ObjectNode body, Origin origin) {
    body.put("issuedBy", origin.issued().map(Origin.Issued::issuer).orElse(null));
    body.put(
        "profile",
        origin.issued().map(Origin.Issued::profile).filter(p -> !p.isEmpty()).orElse(null));
  }

  static ObjectNode certificate(Owner owner, String host, Standing now) {
    var body = Json.object().put("owner", owner.name()).put("ownerKind", owner.kind().word());
    body.put("host", host);
    body.setAll(of(now));
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
