package dev.gatehouse.cli;

import dev.gatehouse.api.KeptConnection;
import dev.gatehouse.api.OperationState;
import dev.gatehouse.api.Secret;
import dev.gatehouse.api.Trust;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A service like another, which gets none of its traffic and lives as long as this. */
final class ServiceCopy implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(30);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration ANSWER = Duration.ofMinutes(5);
  private static final List<String> KEPT =
      List.of(
          "computeName",
          "namespace",
          "containerResourceRequirements",
          "maxConcurrentRequestsPerContainer",
          "scoringTimeoutMs",
          "livenessProbeRequirements",
          "environmentImageRequest");

  private final Place place;
  private final String name;
  private final String services;
  private final JsonNode original;
  private final List<String> operations = new ArrayList<>();

  ServiceCopy(Place place, String original, String name) {
    this.place = place;
    this.name = name;
    this.services = "/modelmanagement/v1.0" + place.workspace().path() + "/services";
    this.original = part(place.session().get(services + "/" + original + "?expand=true"));
  }

  /** Of an endpoint with versions: the one that gets what is not assigned. */
  private static JsonNode part(JsonNode service) {
    JsonNode versions = service.path("versions");
    for (JsonNode version : versions) {
      if (version.path("isDefault").asBoolean(false) || versions.size() == 1) {
        return ((ObjectNode) version.deepCopy()).set("computeName", service.path("computeName"));
      }
    }
    return service;
  }

  /** Whether it can have more than one replica. */
  boolean scales() {
    return !"ACI".equals(original.path("computeType").asString(""));
  }

  /** Whether a process of its own runs for each replica. */
  boolean hasProcesses() {
    for (JsonNode model : original.path("models")) {
      if ("Onnx".equalsIgnoreCase(model.path("framework").asString(""))
          && !original.path("environmentImageRequest").has("driverProgram")) {
        return false;
      }
    }
    return true;
  }

  int concurrent() {
    return Math.max(1, original.path("maxConcurrentRequestsPerContainer").asInt(1));
  }

  /** What started it or changed its size: its folders are named after that. */
  List<String> operations() {
    return List.copyOf(operations);
  }

  /** Blocks until it answers. */
  void deploy() {
    ObjectNode wanted = Wire.object().put("name", name);
    wanted.putNull("description");
    wanted.putObject("kvTags").put("gatehouse.profile", "temporary");
    wanted.putObject("properties");
    wanted.putObject("keys");
    wanted.put("computeType", scales() ? "AKS" : "ACI").put("authEnabled", true);
    KEPT.stream()
        .filter(original::hasNonNull)
        .forEach(member -> wanted.set(member, original.path(member)));
    if (scales()) {
      wanted.put("numReplicas", 1).put("maxQueueWaitMs", 30_000);
      wanted.putObject("autoScaler").put("autoscaleEnabled", false);
    }
    String url = place.session().send("POST", services, wanted).required("Operation-Location");
    await(url.substring(url.lastIndexOf('/') + 1));
  }

  void resize(int replicas) {
    ArrayNode change = Wire.array();
    change.addObject().put("op", "replace").put("path", "/numReplicas").put("value", replicas);
    String url =
        place.session().send("PATCH", services + "/" + name, change).required("Operation-Location");
    await(url.substring(url.lastIndexOf('/') + 1));
  }

  private void await(String id) {
    operations.add(id);
    String at = services.replaceFirst("/services$", "/operations/") + id;
    OperationState end =
        place
            .timer()
            .until(
                PATIENCE,
                PAUSE,
                () -> {
                  OperationState state = place.session().operation(at);
                  return state instanceof OperationState.Running
                      ? Optional.empty()
                      : Optional.of(state);
                })
            .orElseThrow(
                () -> new Failure(ExitCode.FAILED, "The copy was not ready after half an hour."));
    if (end instanceof OperationState.Failed(var cause)) {
      throw new Failure(ExitCode.FAILED, "The copy of the service could not be started: " + cause);
    }
  }

  /** Makes connections to it, over TLS where the original has TLS. */
  Supplier<KeptConnection> door() throws IOException {
    URI uri = URI.create(Wire.text(place.session().get(services + "/" + name), "scoringUri"));
    String keys = services + "/" + name + "/listkeys";
    var key = new Secret(Wire.text(place.session().reply("POST", keys).json(), "primaryKey"));
    var status = place.server().status();
    Trust trust = Trust.of(status.ca());
    var to = "https".equals(uri.getScheme()) ? status.https() : status.http();
    return () -> new KeptConnection(trust, to, uri, Optional.of(key), ANSWER);
  }

  /** Removes it, whatever it is at. */
  @Override
  public void close() {
    var _ = place.session().reply("DELETE", services + "/" + name);
  }
}
