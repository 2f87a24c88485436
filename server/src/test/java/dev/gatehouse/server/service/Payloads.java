package dev.gatehouse.server.service;

import dev.gatehouse.server.rest.Json;
import tools.jackson.databind.node.ObjectNode;

/** What the v1 client sends. */
public final class Payloads {
  private Payloads() {}

  public static ObjectNode image(String script, String... models) {
    var image = Json.object().put("driverProgram", "tmp1.py");
    var ids = image.putArray("modelIds");
    for (String model : models) {
      ids.add(model);
    }
    var assets = image.putArray("assets");
    assets
        .addObject()
        .put("id", "tmp1.py")
        .put("url", "aml://artifact/LocalUpload/c1/tmp1.py")
        .put("mimeType", "application/x-python");
    assets
        .addObject()
        .put("id", "1234abcd.tar.gz")
        .put("url", "aml://artifact/LocalUpload/c1/1234abcd.tar.gz")
        .put("unpack", true);
    var environment = image.putObject("environment").put("name", "myenv");
    environment
        .putObject("environmentVariables")
        .put("AZUREML_ENTRY_SCRIPT", "src/" + script)
        .put("AZUREML_SOURCE_DIRECTORY", "src");
    return image;
  }

  public static ObjectNode noCode(String model) {
    var image = Json.object();
    image.putArray("modelIds").add(model);
    return image;
  }

  private static ObjectNode common(String name, String type, ObjectNode image) {
    var payload = Json.object().put("name", name).put("computeType", type);
    payload.putNull("description").putNull("kvTags").putNull("location");
    payload.putObject("properties").put("azureml.git.branch", "main");
    payload.putObject("keys").putNull("primaryKey").putNull("secondaryKey");
    payload.putObject("containerResourceRequirements").putNull("cpu").putNull("memoryInGB");
    payload.set("environmentImageRequest", image);
    return payload;
  }

  public static ObjectNode aci(String name, ObjectNode image) {
    var payload = common(name, "ACI", image);
    payload.putNull("cname").putNull("dnsNameLabel");
    return payload;
  }

  public static ObjectNode aks(String name, ObjectNode image) {
    var payload = common(name, "AKS", image).put("computeName", "aks1").put("numReplicas", 1);
    payload.putNull("maxQueueWaitMs").putNull("scoringTimeoutMs").putNull("namespace");
    return payload;
  }

  public static ObjectNode endpoint(String name, String version, Integer percent) {
    var payload = common(name, "AKSENDPOINT", null).put("computeName", "aks1");
    payload.remove("environmentImageRequest");
    var first = aks(version, image("ver1.py", "own:1")).put("trafficPercentile", percent);
    first.putNull("computeName").put("computeType", "AKSENDPOINT");
    payload.putObject("versions").set(version, first);
    return payload;
  }

  public static ObjectNode tls(ObjectNode aci, String cname, String certificate, String key) {
    return aci.put("sslEnabled", true)
        .put("cname", cname)
        .put("sslCertificate", certificate)
        .put("sslKey", key);
  }

  public static String patch(String... triples) {
    var patch = Json.array();
    for (int i = 0; i < triples.length; i += 3) {
      var operation = patch.addObject().put("op", triples[i]).put("path", triples[i + 1]);
      if (!triples[i + 2].isEmpty()) {
        operation.set("value", Json.parse(triples[i + 2]));
      }
    }
    return patch.toString();
  }
}
