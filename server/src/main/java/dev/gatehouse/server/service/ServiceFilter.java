package dev.gatehouse.server.service;

import dev.gatehouse.server.rest.Request;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** The filters of a list of services; all that are given must hold. */
final class ServiceFilter {
  private ServiceFilter() {}

  static Predicate<WebService> of(Request request) {
    return equal(
            request,
            "computeType",
            (service, type) -> service.wanted().type().equalsIgnoreCase(type))
        .and(
            equal(
                request,
                "computeName",
                (service, name) ->
                    service.wanted().computeName().filter(name::equalsIgnoreCase).isPresent()))
        .and(equal(request, "modelId", (service, id) -> service.wanted().modelIds().contains(id)))
        .and(
            equal(
                request,
                "modelName",
                (service, name) ->
                    service.wanted().modelIds().stream().anyMatch(id -> id.startsWith(name + ":"))))
        .and(equal(request, "tags", (service, wanted) -> all(service, "kvTags", wanted)))
        .and(equal(request, "properties", (service, wanted) -> all(service, "properties", wanted)))
        // Services are not made from images, so none has one.
        .and(equal(request, "imageName", (_, _) -> false))
        .and(equal(request, "imageId", (_, _) -> false))
        .and(equal(request, "imageDigest", (_, _) -> false));
  }

  private interface Match {
    boolean fits(WebService service, String wanted);
  }

  private static Predicate<WebService> equal(Request request, String parameter, Match match) {
    return request
        .query(parameter)
        .filter(value -> !value.isEmpty())
        .<Predicate<WebService>>map(value -> service -> match.fits(service, value))
        .orElse(_ -> true);
  }

  /** {@code a=b,c}: a is b, and c is there. */
  private static boolean all(WebService service, String member, String wanted) {
    JsonNode values = service.wanted().document().path(member);
    for (String pair : wanted.split(",", -1)) {
      int equals = pair.indexOf('=');
      JsonNode value = values.path(equals < 0 ? pair : pair.substring(0, equals));
      boolean fits =
          equals < 0
              ? !value.isMissingNode()
              : value.isString() && value.stringValue().equals(pair.substring(equals + 1));
      if (!fits) {
        return false;
      }
    }
    return true;
  }
}
