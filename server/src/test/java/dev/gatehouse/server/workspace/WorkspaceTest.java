package dev.gatehouse.server.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.rest.Caller;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.state.Database;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class WorkspaceTest {
  private static final String SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-0000000000aa";
  private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rg";
  private static final String PROVIDER =
      GROUP + "/providers/Microsoft.MachineLearningServices/workspaces";
  private static final String DEPLOYMENT = GROUP + "/providers/Microsoft.Resources/deployments/d1";

  @TempDir Path folder;
  private final List<String> inhabitants = new ArrayList<>();
  private Database database;
  private Router router;

  @BeforeEach
  void start() {
    database = Database.open(folder.resolve("state.db"));
    var workspaces = new Workspaces(database, InstantSource.system());
    router = new Router(_ -> new Caller("me"));
    new WorkspaceRoutes(workspaces, _ -> inhabitants).addTo(router);
    new SubscriptionRoutes(database, "00000000-0000-0000-0000-0000000000aa", "local", "tenant")
        .addTo(router);
    new DeploymentRoutes(database, workspaces, InstantSource.system()).addTo(router);
    workspaces.createIfAbsent("00000000-0000-0000-0000-0000000000aa", "rg", "ws1", "local");
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private Response send(String method, String path, String body) {
    return router.handle(Requests.of(method, path, body, Map.of()));
  }

  private JsonNode get(String path) {
    return Json.parse(Requests.text(router.handle(Requests.get(path))));
  }

  @Test
  void findsAWorkspaceInAnyLetterCase() {
    JsonNode found = get(PROVIDER.toLowerCase(Locale.ROOT) + "/WS1");
    assertThat(found.path("id").asString()).isEqualTo(PROVIDER + "/ws1");
    assertThat(found.at("/properties/discoveryUrl").asString())
        .isEqualTo("https://127.0.0.1:8443/discovery" + PROVIDER + "/ws1");
    assertThat(found.at("/properties/workspaceId").asString()).hasSize(36);
  }

  @Test
  void answers404WithTheNamesForAnUnknownOne() {
    Response missing = send("GET", PROVIDER + "/nope", "");
    assertThat(missing.status()).isEqualTo(404);
    assertThat(Requests.text(missing)).contains("'nope'").contains("'rg'");
  }

  @Test
  void listsByGroupAndBySubscription() {
    assertThat(get(PROVIDER).at("/value/0/name").asString()).isEqualTo("ws1");
    assertThat(get(SUBSCRIPTION + "/resources").at("/value/0/type").asString())
        .isEqualTo("Microsoft.MachineLearningServices/workspaces");
    assertThat(get(PROVIDER.replace("/rg/", "/other/")).path("value")).isEmpty();
  }

  @Test
  void tellsAllSixServices() {
    JsonNode services = get("/discovery" + PROVIDER + "/ws1");
    assertThat(services.propertyNames())
        .containsExactlyInAnyOrder(
            "api", "experimentation", "history", "hyperdrive", "modelmanagement", "studio");
  }

  @Test
  void createsAWorkspaceFromTheTemplateOnce() {
    String template =
        """
        {"properties":{"template":{"resources":[{"type":"Microsoft.Storage/storageAccounts","name":"s"},
          {"type":"Microsoft.MachineLearningServices/workspaces","name":"ws2","location":"westeurope",
           "tags":{"a":"b"},"properties":{"friendlyName":"Two"}}]}}}
        """;
    Response accepted = send("PUT", DEPLOYMENT, template);
    assertThat(accepted.status()).isEqualTo(201);
    assertThat(send("PUT", DEPLOYMENT, template).status()).isEqualTo(201);
    String status =
        accepted.headers().get("Azure-AsyncOperation").replace("https://127.0.0.1:8443", "");
    assertThat(get(status).path("status").asString()).isEqualTo("Succeeded");
    assertThat(get(DEPLOYMENT).at("/properties/provisioningState").asString())
        .isEqualTo("Succeeded");
    assertThat(get(GROUP + "/deployments/d1/operations").path("value")).hasSize(1);
    assertThat(get(PROVIDER + "/ws2").at("/properties/friendlyName").asString()).isEqualTo("Two");
    assertThat(get(PROVIDER).path("value")).hasSize(2);
  }

  @Test
  void refusesATemplateWithoutAWorkspaceAndBadNames() {
    assertThat(Requests.text(send("PUT", DEPLOYMENT, "{\"properties\":{}}")))
        .contains("no resource of the type");
    String bad =
        "{\"properties\":{\"template\":{\"resources\":[{\"type\":\"Microsoft.MachineLearningServices/workspaces\","
            + "\"name\":\"no spaces\",\"location\":\"l\"}]}}}";
    assertThat(Requests.text(send("PUT", DEPLOYMENT, bad))).contains("'no spaces' is not possible");
    assertThat(send("GET", DEPLOYMENT, "").status()).isEqualTo(404);
  }

  @Test
  void updatesTagsAndFriendlyName() {
    send(
        "PATCH",
        PROVIDER + "/ws1",
        "{\"tags\":{\"k\":\"v\"},\"properties\":{\"friendlyName\":\"One\",\"workspaceId\":\"x\"}}");
    JsonNode updated = get(PROVIDER + "/ws1");
    assertThat(updated.at("/tags/k").asString()).isEqualTo("v");
    assertThat(updated.at("/properties/friendlyName").asString()).isEqualTo("One");
    assertThat(updated.at("/properties/workspaceId").asString()).hasSize(36);
  }

  @Test
  void deletesOnlyAnEmptyWorkspace() {
    inhabitants.add("the service 'svc'");
    assertThat(Requests.text(send("DELETE", PROVIDER + "/ws1", "")))
        .contains("still holds the service 'svc'");
    inhabitants.clear();
    assertThat(send("DELETE", PROVIDER + "/ws1", "").status()).isEqualTo(200);
    assertThat(send("DELETE", PROVIDER + "/ws1", "").status()).isEqualTo(204);
  }

  @Test
  void knowsSubscriptionsGroupsAndLocations() {
    assertThat(get("/subscriptions").at("/value/0/state").asString()).isEqualTo("Enabled");
    assertThat(get(SUBSCRIPTION).path("tenantId").asString()).isEqualTo("tenant");
    assertThat(send("GET", SUBSCRIPTION + "/resourcegroups/new", "").status()).isEqualTo(404);
    assertThat(
            send(
                    "PUT",
                    SUBSCRIPTION + "/resourcegroups/new",
                    "{\"location\":\"l\",\"tags\":{\"a\":\"b\"}}")
                .status())
        .isEqualTo(201);
    assertThat(get(SUBSCRIPTION + "/resourcegroups/NEW").at("/tags/a").asString()).isEqualTo("b");
    assertThat(
            get(SUBSCRIPTION + "/providers/Microsoft.MachineLearningServices")
                .at("/resourceTypes/0/locations")
                .toString())
        .contains("West Europe");
    assertThat(get(GROUP + "/resources").path("value")).isEmpty();
    assertThat(Requests.text(send("POST", PROVIDER + "/ws1/listKeys", "")))
        .contains("userStorageKey");
  }
}
