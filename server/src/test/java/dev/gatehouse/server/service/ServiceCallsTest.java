package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.gatehouse.gateway.Access;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Requests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ServiceCallsTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private static ObjectNode aks(String name) {
    return Payloads.aks(name, Payloads.image("score.py", "sk:1"));
  }

  private String key(String which) {
    return world.json("POST", "/services/svc/listkeys", "").path(which + "Key").asString();
  }

  @Test
  void keepsGivenKeysAndMakesTheOthers() {
    ObjectNode payload = aks("svc");
    ((ObjectNode) payload.path("keys")).put("primaryKey", "k1");
    world.settle("POST", "/services", payload.toString());
    assertThat(key("primary")).isEqualTo("k1");
    assertThat(key("secondary")).hasSize(43);
  }

  @Test
  void regeneratedKeyIsTheOnlyOneThatChanges() {
    world.settle("POST", "/services", aks("svc").toString());
    String primary = key("primary");
    String secondary = key("secondary");
    world.settle(
        "POST", "/services/svc/regenerateKeys", "{\"keyType\":\"Primary\",\"keyValue\":null}");
    assertThat(key("primary")).isNotEqualTo(primary);
    assertThat(key("secondary")).isEqualTo(secondary);
    world.settle(
        "POST",
        "/services/svc/regenerateKeys",
        "{\"keyType\":\"Secondary\",\"keyValue\":\"mine\"}");
    assertThat(((Access.Keys) world.route("svc").access()).secondary()).isEqualTo("mine");
    assertThat(
            world.send("POST", "/services/svc/regenerateKeys", "{\"keyType\":\"Third\"}").status())
        .isEqualTo(400);
    var spaces = "{\"keyType\":\"Primary\",\"keyValue\":\"a b\"}";
    assertThat(world.send("POST", "/services/svc/regenerateKeys", spaces).status()).isEqualTo(400);
  }

  @Test
  void tokenNamesTheServiceAndOutlivesItsRefresh() throws Exception {
    world.settle(
        "POST",
        "/services",
        aks("svc").put("aadAuthEnabled", true).put("authEnabled", false).toString());
    JsonNode token = world.json("POST", "/services/svc/token", "");
    var jwt = SignedJWT.parse(token.path("accessToken").asString());
    assertThat(jwt.verify(new ECDSAVerifier((ECPublicKey) World.TOKEN_KEY.getPublic()))).isTrue();
    assertThat(world.route("svc").access())
        .isEqualTo(
            new Access.Tokens(
                (ECPublicKey) World.TOKEN_KEY.getPublic(),
                jwt.getJWTClaimsSet().getAudience().getFirst()));
    assertThat(token.path("expiryOn").asLong() - token.path("refreshAfter").asLong())
        .isEqualTo(12 * 3600);
  }

  @Test
  void serviceWithKeysGivesNoToken() {
    world.settle("POST", "/services", aks("svc").toString());
    var refused = world.send("POST", "/services/svc/token", "");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("token_auth_enabled");
  }

  private List<String> listed(String query) {
    var names = new ArrayList<String>();
    JsonNode page = world.json("GET", "/services?expand=true&" + query, "");
    assertThat(page.has("nextLink")).isFalse();
    page.path("value").forEach(service -> names.add(service.path("name").asString()));
    return names;
  }

  @Test
  void listFilters() {
    ObjectNode one = Payloads.aci("one", Payloads.image("score.py", "sk:1"));
    one.putObject("kvTags").put("t", "1");
    world.settle("POST", "/services", one.toString());
    world.settle("POST", "/services", aks("two").toString());
    assertThat(listed("")).containsExactlyInAnyOrder("one", "two");
    assertThat(listed("computeType=AKS")).containsExactly("two");
    assertThat(listed("computeName=aks1")).containsExactly("two");
    assertThat(listed("modelName=sk")).hasSize(2);
    assertThat(listed("modelId=sk%3A2")).isEmpty();
    assertThat(listed("tags=t%3D1")).containsExactly("one");
    assertThat(listed("tags=t%3D2")).isEmpty();
    assertThat(listed("tags=t,x")).isEmpty();
    assertThat(listed("properties=azureml.git.branch%3Dmain")).hasSize(2);
    assertThat(listed("imageDigest=abc")).isEmpty();
  }

  @Test
  void validationRefusesWithOk() {
    world.settle("POST", "/services", aks("svc").toString());
    assertThat(message("/services/validate/name/svc", "{}")).contains("already exists");
    assertThat(message("/services/validate/name/a_b", "{}")).contains("3 to 32");
    assertThat(message("/services/validate/name/fine", "{}")).isEmpty();
    assertThat(
            message("/services/validate/resource", aks("new").put("computeName", "x").toString()))
        .contains("no compute target 'x'");
    String update =
        "{\"type\":\"Update\",\"serviceName\":\"svc\",\"updateRequest\":%s}"
            .formatted(Payloads.patch("replace", "/numReplicas", "0"));
    assertThat(message("/services/validate", update)).contains("'numReplicas' is 0");
    assertThat(message("/services/validate", "{\"type\":\"Delete\",\"serviceName\":\"svc\"}"))
        .isEmpty();
    assertThat(world.send("POST", "/services/validate", "{}").status()).isEqualTo(400);
  }

  private String message(String path, String body) {
    var response = world.send("POST", path, body);
    assertThat(response.status()).isEqualTo(200);
    return Json.parse(Requests.text(response)).path("error").path("message").asString("");
  }

  @Test
  void unknownThingsAreNotFound() {
    assertThat(Requests.text(world.send("GET", "/services/nope", "")))
        .contains("WebserviceNotFound");
    assertThat(world.send("GET", "/operations/" + "0".repeat(32), "").status()).isEqualTo(404);
    assertThat(world.send("GET", "/packages/x/manifest", "").status()).isEqualTo(404);
    world.settle("POST", "/services", aks("svc").toString());
    assertThat(world.send("GET", "/services/svc/logs?tail=x", "").status()).isEqualTo(400);
  }

  @Test
  void logIsFetchedInPieces() {
    JsonNode operation = world.settle("POST", "/services", aks("svc").toString());
    String all = operation.path("streamingOperationLog").asString();
    String id = operation.path("id").asString();
    JsonNode rest = world.json("GET", "/operations/" + id + "?offset=20", "");
    assertThat(rest.path("streamingOperationLog").asString()).isEqualTo(all.substring(20));
    assertThat(world.json("GET", "/operations/" + id, "").has("streamingOperationLog")).isFalse();
    assertThat(
            world
                .json("GET", "/operations/" + id + "?offset=99999", "")
                .path("streamingOperationLog")
                .asString("-"))
        .isEmpty();
  }

  @Test
  void packsABuildContext() {
    var request = Json.object().put("packageType", "DockerBuildContext");
    ObjectNode image = Payloads.image("ridge.py", "sk:1");
    ObjectNode environment = (ObjectNode) image.path("environment");
    environment.putObject("docker").put("baseImage", "example.org/base:1");
    environment
        .putObject("python")
        .putObject("condaDependencies")
        .putArray("dependencies")
        .add("python=3.11");
    request.set("imageRequest", image);
    JsonNode operation = world.settle("POST", "/packages", request.toString());
    assertThat(operation.path("operationType").asString()).isEqualTo("PackageDockerBuildContext");
    JsonNode manifest =
        Json.parse(Requests.text(world.sendTo(operation.path("resourceLocation").asString())));
    String dockerfile = text(manifest.path("context").path(0));
    assertThat(dockerfile)
        .startsWith("FROM example.org/base:1\n")
        .contains("ENV AZUREML_ENTRY_SCRIPT=\"src/ridge.py\"")
        .contains("ENV AZUREML_MODEL_DIR=\"/var/azureml-app/azureml-models/sk/1\"");
    assertThat(manifest.path("context").toString())
        .contains("aml://artifact/LocalUpload/c1/1234abcd.tar.gz", "azureml-models/sk/1");
  }

  private static String text(JsonNode inline) {
    return new String(
        Base64.getDecoder().decode(inline.path("content").asString()), StandardCharsets.UTF_8);
  }

  @Test
  void packsWithoutABaseImageOnPlainPython() {
    var request = Json.object().put("packageType", "DockerBuildContext");
    ObjectNode image = Payloads.image("ridge.py");
    ObjectNode dependencies =
        ((ObjectNode) image.path("environment")).putObject("python").putObject("condaDependencies");
    dependencies
        .putArray("dependencies")
        .add("numpy=1.26")
        .addObject()
        .putArray("pip")
        .add("joblib");
    request.set("imageRequest", image);
    JsonNode operation = world.settle("POST", "/packages", request.toString());
    JsonNode manifest =
        Json.parse(Requests.text(world.sendTo(operation.path("resourceLocation").asString())));
    assertThat(text(manifest.path("context").path(0)))
        .contains("pip install --no-cache-dir \"numpy==1.26\" \"joblib\"");
  }

  @Test
  void refusesPackagesItCannotMake() {
    var image = Json.object().put("packageType", "DockerImage");
    assertThat(Requests.text(world.send("POST", "/packages", image.toString())))
        .contains("generate_dockerfile=True");
    var noCode = Json.object().put("packageType", "DockerBuildContext");
    noCode.set("imageRequest", Payloads.noCode("sk:1"));
    assertThat(world.send("POST", "/packages", noCode.toString()).status()).isEqualTo(400);
  }
}
