package dev.gatehouse.server.compute;

import dev.gatehouse.server.certificate.CertificateView;
import dev.gatehouse.server.certificate.Standing;
import dev.gatehouse.server.operation.Operation;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.workspace.Workspace;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What clients get to see of targets and their operations; keys are never in it. */
final class ComputeView {
  private static final List<String> REQUIRED =
      List.of(
          "agentCount", "agentVmSize", "clusterPurpose", "loadBalancerType", "loadBalancerSubnet");

  private ComputeView() {}

  /** {@code warnings}: what must not stay as it is. */
  static ObjectNode compute(
      Workspace workspace, Compute compute, Optional<Standing> standing, List<String> warnings) {
    ObjectNode document = compute.document();
    var body = Json.object().put("id", workspace.armId() + "/computes/" + compute.name());
    body.put("name", compute.name()).put("location", workspace.location());
    body.put("type", "Microsoft.MachineLearningServices/workspaces/computes");
    body.set("tags", document.get("tags"));
    ObjectNode properties = body.putObject("properties");
    properties.put("computeType", "AKS");
    properties.set("description", document.get("description"));
    properties.put("resourceId", compute.cluster().armId(workspace.subscription()));
    properties.put("computeLocation", document.path("computeLocation").asString(""));
    properties.put("provisioningState", compute.provisioning().word());
    if (compute.provisioning() instanceof Provisioning.Failed(var code, var message)) {
      properties
          .putArray("provisioningErrors")
          .addObject()
          .putObject("error")
          .put("code", code)
          .put("message", message);
    } else {
      properties.putNull("provisioningErrors");
    }
    properties.put("isAttachedCompute", compute.attached());
    properties.put("createdOn", compute.created().toString());
    properties.put("modifiedOn", compute.modified().toString());
    standing.ifPresent(now -> properties.set("certificate", CertificateView.of(now)));
    warnings.forEach(properties.putArray("warnings")::add);
    ObjectNode inner = properties.putObject("properties");
    REQUIRED.forEach(member -> inner.set(member, document.get(member)));
    if (document.has("aksNetworkingConfiguration")) {
      inner.set("aksNetworkingConfiguration", document.get("aksNetworkingConfiguration"));
    }
    inner.putNull("clusterFqdn").putNull("systemServices");
    inner.set("sslConfiguration", ssl(compute.tls()));
    return body;
  }

  /** The client fails without the key {@code leafDomainLabel}, whatever the status. */
  private static ObjectNode ssl(Tls tls) {
    var ssl = Json.object();
    switch (tls) {
      case Tls.Off _ -> ssl.put("status", "Disabled").putNull("cname").putNull("leafDomainLabel");
      case Tls.Generated(var label, var host) ->
          ssl.put("status", "Auto").put("cname", host).put("leafDomainLabel", label);
      case Tls.Custom(var cname) ->
          ssl.put("status", "Enabled").put("cname", cname).putNull("leafDomainLabel");
    }
    return ssl.putNull("cert").put("overwriteExistingDomain", false).put("renew", false);
  }

  static ObjectNode operation(Operation operation) {
    var body = Json.object().put("id", operation.id());
    switch (operation.state()) {
      case Operation.State.Waiting _, Operation.State.Running _ -> body.put("status", "InProgress");
      case Operation.State.Succeeded _ -> body.put("status", "Succeeded");
      case Operation.State.Failed(var code, var message, _) ->
          body.put("status", "Failed")
              .putObject("error")
              .put("code", code)
              .put("message", message)
              .put("statusCode", status(code));
    }
    return body;
  }

  private static int status(String code) {
    return switch (code) {
      case "InternalError" -> 500;
      case "IssuerFailed", "CertificateNotServed" -> 502;
      case "NameTaken" -> 409;
      default -> 400;
    };
  }

  static ObjectNode cluster(String group, String name) {
    return Json.object().put("resourceGroup", group).put("name", name);
  }
}
