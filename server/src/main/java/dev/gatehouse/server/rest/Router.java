package dev.gatehouse.server.rest;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the handler of a request by its path: letter case of fixed segments is ignored, double
 * slashes count as one, {@code {name}} takes one decoded segment and a last {@code {name...}} takes
 * the rest, slashes included. Routes are added at start-up only; the first that fits wins.
 */
public final class Router {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  private final List<Route> routes = new ArrayList<>();
  private final Authenticator authenticator;

  public Router(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** A route for callers with a valid access token. */
  public Router route(String method, String template, Envelope envelope, Handler handler) {
    routes.add(new Route(method, List.of(split(template)), envelope, handler, false));
    return this;
  }

  /**
   * A route that asks for no access token, because it needs none or checks another proof itself.
   */
  public Router open(String method, String template, Envelope envelope, Handler handler) {
    routes.add(new Route(method, List.of(split(template)), envelope, handler, true));
    return this;
  }

  /**
   * Answers any request, whatever happens; problems and faults become the route's error envelope.
   */
  public Response handle(Request request) {
    Envelope envelope = Envelope.ARM;
    try {
      String[] segments = split(request.path());
      boolean pathKnown = false;
      for (Route route : routes) {
        Optional<Map<String, String>> values = match(route.template, segments);
        if (values.isPresent()) {
          envelope = route.envelope;
          if (route.method.equals(request.method())) {
            Caller caller = route.open ? Caller.ANONYMOUS : authenticator.authenticate(request);
            return route.handler.handle(request.matched(values.get(), caller));
          }
          pathKnown = true;
        }
      }
      return ErrorMapping.response(unknown(request, pathKnown), envelope);
    } catch (ProblemException e) {
      return ErrorMapping.response(e.problem(), envelope);
    } catch (Exception e) {
      String id = UUID.randomUUID().toString();
      log.error("request {} failed: {} {}", id, request.method(), request.path(), e);
      return ErrorMapping.response(
          new Problem.Internal(
              "InternalError",
              "Gatehouse failed on this request; its log has the cause under " + id),
          envelope);
    }
  }

  private static Problem unknown(Request request, boolean pathKnown) {
    return pathKnown
        ? new Problem.MethodNotAllowed(
            "MethodNotAllowed", request.method() + " is not possible on " + request.path())
        : new Problem.NotFound("RouteNotFound", "There is nothing at " + request.path());
  }

  private static String[] split(String path) {
    return Arrays.stream(path.split("/")).filter(s -> !s.isEmpty()).toArray(String[]::new);
  }

  private static Optional<Map<String, String>> match(List<String> template, String[] segments) {
    var values = new HashMap<String, String>();
    for (int i = 0; i < template.size(); i++) {
      String part = template.get(i);
      if (part.endsWith("...}")) {
        var rest =
            String.join(
                "/", Arrays.copyOfRange(segments, Math.min(i, segments.length), segments.length));
        values.put(part.substring(1, part.length() - 4), decode(rest));
        return Optional.of(values);
      }
      if (i >= segments.length) {
        return Optional.empty();
      }
      if (part.startsWith("{")) {
        values.put(part.substring(1, part.length() - 1), decode(segments[i]));
      } else if (!part.equalsIgnoreCase(segments[i])) {
        return Optional.empty();
      }
    }
    return template.size() == segments.length ? Optional.of(values) : Optional.empty();
  }

  private static String decode(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          new Problem.Invalid(
              "The path segment '" + segment + "' is not percent-encoded correctly."),
          e);
    }
  }

  private record Route(
      String method, List<String> template, Envelope envelope, Handler handler, boolean open) {}
}
