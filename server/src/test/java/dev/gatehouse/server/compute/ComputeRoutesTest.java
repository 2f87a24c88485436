package dev.gatehouse.server.compute;

import static dev.gatehouse.server.compute.Platform.ROOT;
import static dev.gatehouse.server.compute.Platform.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.rest.Requests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class ComputeRoutesTest {
  @TempDir Path folder;
  private Platform platform;

  @BeforeEach
  void open() throws IOException {
    platform = new Platform(folder);
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void isReadableBeforeItsOperationEndsAndSaysWhereToPoll() throws Exception {
    var accepted = platform.put("aks1", "{}");
    assertThat(accepted.status()).isEqualTo(201);
    assertThat(accepted.headers().get("Azure-AsyncOperation"))
        .startsWith("https://127.0.0.1:8443" + ROOT + "/computeOperations/");
    assertThat(platform.ended(accepted).path("status").asString("")).isEqualTo("Succeeded");
  }

  @Test
  void hasEveryMemberThatTheClientDemands() throws Exception {
    var compute = platform.made("aks1", "{}");
    var properties = compute.path("properties");
    assertThat(compute.propertyNames()).contains("id", "name", "location", "tags", "type");
    assertThat(properties.propertyNames())
        .contains(
            "computeType",
            "description",
            "resourceId",
            "provisioningState",
            "provisioningErrors",
            "isAttachedCompute");
    assertThat(properties.path("properties").propertyNames())
        .contains(
            "agentCount",
            "agentVmSize",
            "clusterPurpose",
            "clusterFqdn",
            "systemServices",
            "loadBalancerType",
            "loadBalancerSubnet",
            "sslConfiguration");
  }

  @Test
  void isListedOnBothPathsAndWithoutANextLink() throws Exception {
    platform.made("aks1", "{}");
    for (String prefix : new String[] {"", "/rp/workspaces"}) {
      var list = json(platform.send("GET", prefix + ROOT + "/computes", ""));
      assertThat(list.path("value").size()).isEqualTo(1);
      assertThat(list.has("nextLink")).isFalse();
    }
  }

  @Test
  void keepsOnUpdateWhatIsAbsentAndIgnoresWhatOnlyWeWrite() throws Exception {
    platform.made(
        "aks1",
        "{\"agentCount\":2,\"loadBalancerType\":\"InternalLoadBalancer\",\"loadBalancerSubnet\":\"a\"}");
    var whole = (ObjectNode) platform.get("aks1");
    ((ObjectNode) whole.path("properties")).put("provisioningState", "Nonsense");
    ((ObjectNode) whole.path("properties").path("properties")).remove("loadBalancerSubnet");
    var accepted = platform.send("PUT", ROOT + "/computes/aks1", whole.toString());
    assertThat(accepted.status()).isEqualTo(200);
    platform.ended(accepted);
    var inner = platform.get("aks1").path("properties").path("properties");
    assertThat(inner.path("agentCount").asInt(0)).isEqualTo(2);
    assertThat(inner.path("loadBalancerSubnet").asString("")).isEqualTo("a");
  }

  @Test
  void forgetsTheSubnetOfAPublicLoadBalancer() throws Exception {
    platform.made(
        "aks1", "{\"loadBalancerType\":\"InternalLoadBalancer\",\"loadBalancerSubnet\":\"a\"}");
    var inner =
        platform
            .made("aks1", "{\"loadBalancerType\":\"PublicIp\"}")
            .path("properties")
            .path("properties");
    assertThat(inner.path("loadBalancerSubnet").isNull()).isTrue();
  }

  @Test
  void refusesBadNamesAndMembers() {
    assertThat(platform.put("no", "{}").status()).isEqualTo(400);
    assertThat(platform.put("under_score", "{}").status()).isEqualTo(400);
    assertThat(Requests.text(platform.put("aks1", "{\"agentCount\":\"many\"}")))
        .contains("agentCount");
    assertThat(Requests.text(platform.put("aks1", "{\"loadBalancerType\":\"Odd\"}")))
        .contains("PublicIp");
    assertThat(platform.send("GET", ROOT + "/computes/aks1", "").status()).isEqualTo(404);
  }

  @Test
  void refusesAnAttachToAClusterThatNobodyKnows() {
    var answer = attach("aks1", "nowhere", "no-such");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(Requests.text(answer)).contains("no-such");
  }

  @Test
  void attachesARegisteredClusterAndOnlyDetachesIt() throws Exception {
    assertThat(platform.send("PUT", "/gatehouse/clusters/RG/local", "").status()).isEqualTo(200);
    platform.ended(attach("aks1", "rg", "Local"));
    var properties = platform.get("aks1").path("properties");
    assertThat(properties.path("isAttachedCompute").booleanValue()).isTrue();
    assertThat(properties.path("resourceId").asString(""))
        .endsWith("/resourcegroups/RG/providers/Microsoft.ContainerService/managedClusters/local");
    assertThat(delete("aks1", "delete").status()).isEqualTo(400);
    assertThat(attach("aks2", "rg", "local").status()).isEqualTo(409);
    platform.ended(delete("aks1", "detach"));
    assertThat(platform.targets.names(platform.workspace.id())).isEmpty();
  }

  @Test
  void leavesACreatedClusterForAttachingWhenItIsDetached() throws Exception {
    String armId = platform.made("aks1", "{}").path("properties").path("resourceId").asString("");
    platform.ended(delete("aks1", "detach"));
    var place = Cluster.Place.parse(armId);
    assertThat(
            platform.ended(attach("aks2", place.group(), place.name())).path("status").asString(""))
        .isEqualTo("Succeeded");
  }

  @Test
  void takesTheClusterAlongWhenItIsDeleted() throws Exception {
    var place =
        Cluster.Place.parse(
            platform.made("aks1", "{}").path("properties").path("resourceId").asString(""));
    platform.ended(delete("aks1", "delete"));
    assertThat(platform.send("GET", ROOT + "/computes/aks1", "").status()).isEqualTo(404);
    assertThat(attach("aks2", place.group(), place.name()).status()).isEqualTo(404);
  }

  @Test
  void staysWhileServicesRunOnIt() throws Exception {
    platform.made("aks1", "{}");
    platform.users = List.of("diabetes");
    assertThat(Requests.text(delete("aks1", "delete"))).contains("diabetes");
    assertThat(platform.targets.find(platform.workspace.id(), "AKS1")).isPresent();
  }

  @Test
  void refusesADeleteThatDoesNotSayWhatHappensToTheCluster() throws Exception {
    platform.made("aks1", "{}");
    assertThat(platform.send("DELETE", ROOT + "/computes/aks1", "").status()).isEqualTo(400);
  }

  @Test
  void answersListKeysAndClusters() throws Exception {
    platform.made("aks1", "{}");
    assertThat(
            json(platform.send("POST", ROOT + "/computes/aks1/listKeys", "")).has("userKubeConfig"))
        .isTrue();
    assertThat(json(platform.send("GET", "/gatehouse/clusters", "")).path("value").size())
        .isEqualTo(1);
  }

  private dev.gatehouse.server.rest.Response attach(String name, String group, String cluster) {
    return platform.send(
        "PUT",
        ROOT + "/computes/" + name,
        "{\"location\":\"West Europe\",\"properties\":{\"computeType\":\"AKS\",\"resourceId\":\"/subscriptions/s1/resourcegroups/"
            + group
            + "/providers/Microsoft.ContainerService/managedClusters/"
            + cluster
            + "\",\"properties\":{\"loadBalancerType\":\"PublicIp\"}}}");
  }

  private dev.gatehouse.server.rest.Response delete(String name, String action) {
    return platform.send(
        "DELETE", ROOT + "/computes/" + name + "?underlyingResourceAction=" + action, "");
  }
}
