package dev.gatehouse.server.service;

import dev.gatehouse.api.Problem;
import dev.gatehouse.server.operation.LogLine;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.rest.ErrorMapping;
import dev.gatehouse.server.rest.Json;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** An operation as the clients of model management poll it (PROTOCOL.md 9.2). */
final class OperationDocument {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

  private OperationDocument() {}

  /** {@code base} is the absolute URL of the workspace's model management. */
  static ObjectNode render(Operation operation, String base) {
    boolean packaging = operation.kind().equals(Packages.KIND);
    ObjectNode document =
        Json.object()
            .put("id", operation.id())
            .put("operationType", packaging ? "PackageDockerBuildContext" : "Service")
            .put("state", state(operation))
            .put("createdTime", ServiceDocument.time(operation.created()))
            .put("operationLog", base + "/operations/" + operation.id() + "/log");
    boolean environment = false;
    if (operation.state() instanceof Operation.State.Failed(var code, var message, var at)) {
      environment = code.equals(ServiceWork.ENVIRONMENT_FAILED);
      document.set("error", ErrorMapping.flat(new Problem.Invalid(code, message)));
      document.put("endTime", ServiceDocument.time(at));
    } else if (operation.state() instanceof Operation.State.Succeeded(var at)) {
      document.put("endTime", ServiceDocument.time(at));
    }
    document
        .putObject("operationDetails")
        .put("subOperationType", environment ? "BuildEnvironment" : "DeployService");
    if (!packaging) {
      document.put("resourceLocation", base + "/services/" + operation.subject());
    } else if (operation.state() instanceof Operation.State.Succeeded) {
      document.put("resourceLocation", base + "/packages/" + operation.id() + "/manifest");
    }
    return document;
  }

  private static String state(Operation operation) {
    return switch (operation.state()) {
      case Operation.State.Waiting _ -> "NotStarted";
      case Operation.State.Running _ -> "Running";
      case Operation.State.Succeeded _ -> "Succeeded";
      case Operation.State.Failed _ -> "Failed";
    };
  }

  /**
   * The log from that character on; the client counts characters as code points, and takes {@code
   * #} and {@code |} for the ends of entries and stamps.
   */
  static String stream(List<LogLine> log, int offset) {
    String all =
        log.stream()
            .map(line -> STAMP.format(line.at()) + "|" + plain(line.text()))
            .collect(Collectors.joining("#"));
    return offset >= all.codePointCount(0, all.length())
        ? ""
        : all.substring(all.offsetByCodePoints(0, Math.max(0, offset)));
  }

  private static String plain(String text) {
    return text.replace('|', '/').replace('#', '*').replace('\n', ' ').replace('\r', ' ');
  }
}
