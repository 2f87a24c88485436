package dev.gatehouse.server.certificate;

import dev.gatehouse.server.rest.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What was put right in a certificate that was brought, and what its owner should know. */
public record Remarks(List<String> repairs, List<String> warnings) {
  public static final Remarks NONE = new Remarks(List.of(), List.of());

  public Remarks {
    repairs = List.copyOf(repairs);
    warnings = List.copyOf(warnings);
  }

  /** Reads what {@link #addTo} wrote; absent members are empty lists. */
  public static Remarks read(JsonNode json) {
    return new Remarks(texts(json.path("repairs")), texts(json.path("warnings")));
  }

  public ObjectNode addTo(ObjectNode json) {
    repairs.forEach(json.putArray("repairs")::add);
    warnings.forEach(json.putArray("warnings")::add);
    return json;
  }

  String text() {
    return addTo(Json.object()).toString();
  }

  private static List<String> texts(JsonNode list) {
    var texts = new ArrayList<String>();
    list.forEach(each -> texts.add(each.asString("")));
    return texts;
  }
}
