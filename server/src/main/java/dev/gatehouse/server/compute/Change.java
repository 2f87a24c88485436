package dev.gatehouse.server.compute;

import dev.gatehouse.certificates.Pem;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.Remarks;
import dev.gatehouse.server.rest.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What an operation is to make of a target: kept until it has, so that it can begin again. */
record Change(ObjectNode document, Step step) {

  /** What happens to TLS. */
  sealed interface Step {
    record Keep() implements Step {}

    record TurnOff() implements Step {}

    /**
     * @param from the target that held the name before, empty for a new name
     * @param renewed the chain that is to be replaced even if it is good, empty when a good one is
     *     kept
     */
    record Generate(String label, String host, String from, String renewed) implements Step {}

    record Bring(BroughtPair pair) implements Step {}
  }

  /** The change without secrets. */
  JsonNode toJson() {
    var json = Json.object();
    json.set("document", document);
    switch (step) {
      case Step.Keep _ -> json.put("step", "keep");
      case Step.TurnOff _ -> json.put("step", "off");
      case Step.Generate(var label, var host, var from, var renewed) ->
          json.put("step", "generate")
              .put("label", label)
              .put("host", host)
              .put("from", from)
              .put("renewed", renewed);
      case Step.Bring(var pair) ->
          pair.remarks().addTo(json.put("step", "bring").put("cname", pair.cname()));
    }
    return json;
  }

  /** The secret part: empty, or a chain and key in PEM. */
  String secret() {
    return step instanceof Step.Bring(var pair) ? Pem.of(pair.pair()) : "";
  }

  static Change of(JsonNode json, String secret) {
    Step step =
        switch (json.path("step").stringValue()) {
          case "off" -> new Step.TurnOff();
          case "generate" ->
              new Step.Generate(
                  json.path("label").stringValue(),
                  json.path("host").stringValue(),
                  json.path("from").stringValue(),
                  json.path("renewed").stringValue());
          case "bring" ->
              new Step.Bring(
                  new BroughtPair(
                      json.path("cname").stringValue(), Pem.pair(secret), Remarks.read(json)));
          default -> new Step.Keep();
        };
    return new Change((ObjectNode) json.path("document"), step);
  }
}
