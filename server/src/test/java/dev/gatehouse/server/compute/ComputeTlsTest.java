package dev.gatehouse.server.compute;

import static dev.gatehouse.server.compute.Platform.ROOT;
import static dev.gatehouse.server.compute.Platform.custom;
import static dev.gatehouse.server.compute.Platform.label;
import static dev.gatehouse.server.compute.Platform.ssl;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.gateway.Access;
import dev.gatehouse.gateway.Backend;
import dev.gatehouse.gateway.ServiceRoute;
import dev.gatehouse.gateway.Version;
import dev.gatehouse.server.rest.Requests;
import dev.gatehouse.server.routing.Publication.Published;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ComputeTlsTest {
  private static final String OFF = "{\"sslConfiguration\":{\"status\":\"Disabled\"}}";

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
  void makesANameFromTheLabelAndServesACertificateForExactlyIt() throws Exception {
    var compute = platform.made("aks1", label("contoso", false));
    String host = host(compute);
    assertThat(host).matches("contoso[a-z0-9]{6}\\.westeurope\\.gatehouse\\.test");
    assertThat(ssl(compute).path("leafDomainLabel").asString("")).isEqualTo("contoso");
    var pair = platform.gateway.get().certificates().get(host);
    assertThat(CertificateFacts.of(pair.leaf()).names()).containsExactly(host);
    assertThat(platform.dns.zone().recordsAt(host)).hasSize(2);
    assertThat(compute.path("properties").path("certificate").path("serial").asString(""))
        .isEqualTo(serial(host));
  }

  @Test
  void putsTheTargetsOwnRegionIntoTheName() throws Exception {
    var accepted =
        platform.send(
            "PUT",
            ROOT + "/computes/aks1",
            "{\"location\":\"x\",\"properties\":{\"computeType\":\"AKS\",\"computeLocation\":\"East US 2\",\"properties\":"
                + label("contoso", false)
                + "}}");
    platform.ended(accepted);
    assertThat(host(platform.get("aks1"))).contains(".eastus2.");
  }

  @Test
  void renewsAtOnceWhateverIsLeftAndKeepsTheName() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    String before = serial(host);
    var whole = (ObjectNode) platform.get("aks1");
    ((ObjectNode) ssl(whole)).put("renew", true);
    platform.ended(platform.send("PUT", ROOT + "/computes/aks1", whole.toString()));
    assertThat(host(platform.get("aks1"))).isEqualTo(host);
    assertThat(serial(host)).isNotEqualTo(before);
  }

  @Test
  void changesNothingWhenTheWholeObjectComesBack() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    String before = serial(host);
    platform.ended(platform.send("PUT", ROOT + "/computes/aks1", platform.get("aks1").toString()));
    assertThat(serial(host)).isEqualTo(before);
    platform.made("aks2", custom("www.contoso.test", platform.other()));
    platform.ended(platform.send("PUT", ROOT + "/computes/aks2", platform.get("aks2").toString()));
    assertThat(ssl(platform.get("aks2")).path("status").asString("")).isEqualTo("Enabled");
  }

  @Test
  void bringsTheNameBackAfterItWasDisabled() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    var disabled =
        platform.made("aks1", "{\"sslConfiguration\":{\"status\":\"Disabled\",\"renew\":true}}");
    assertThat(ssl(disabled).path("status").asString("")).isEqualTo("Disabled");
    assertThat(platform.gateway.get().certificates()).doesNotContainKey(host);
    assertThat(platform.dns.zone().recordsAt(host)).isEmpty();
    platform.made("aks1", custom("www.contoso.test", platform.other()));
    assertThat(host(platform.made("aks1", label("contoso", false)))).isEqualTo(host);
  }

  @Test
  void refusesALabelThatAnotherTargetHasAndStoresNothing() throws Exception {
    platform.made("aks1", label("contoso", false));
    var refused = platform.put("aks2", label("Contoso", false));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("overwriteExistingDomain").contains("aks1");
    assertThat(platform.targets.names(platform.workspace.id())).containsExactly("aks1");
  }

  @Test
  void keepsItsNameUntilItIsToldToGiveItUp() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    for (String state : List.of(label("CONTOSO", false), OFF)) {
      platform.made("aks1", state);
      var refused = platform.put("aks1", label("fabrikam", false));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(Requests.text(refused)).contains("overwriteExistingDomain", "'contoso'");
    }
    String other = host(platform.made("aks1", label("fabrikam", true)));
    assertThat(other).startsWith("fabrikam");
    assertThat(platform.dns.zone().recordsAt(host)).isEmpty();
    assertThat(host(platform.made("aks2", label("contoso", false)))).isNotEqualTo(host);
    assertThat(platform.put("aks1", label("contoso", false)).status()).isEqualTo(400);
    assertThat(host(platform.get("aks1"))).isEqualTo(other);
  }

  @Test
  void keepsTheOldNameWhenTheNewOneCannotBeServed() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    var good = platform.proof;
    platform.proof = _ -> java.math.BigInteger.ONE;
    platform.ended(platform.put("aks1", label("fabrikam", true)));
    platform.proof = good;
    assertThat(host(platform.get("aks1"))).isEqualTo(host);
    assertThat(host(platform.made("aks1", label("contoso", false)))).isEqualTo(host);
  }

  @Test
  void freesTheLabelWhenItsTargetGoes() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    platform.ended(
        platform.send("DELETE", ROOT + "/computes/aks1?underlyingResourceAction=detach", ""));
    assertThat(platform.gateway.get().hosts()).doesNotContainKey(host);
    assertThat(host(platform.made("aks2", label("contoso", false)))).isNotEqualTo(host);
  }

  @Test
  void movesTheVeryNameWithOverwrite() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    String holder = platform.targets.find(platform.workspace.id(), "aks1").orElseThrow().id();
    platform.publication.publish(new Published(holder, route("diabetes"), true));
    assertThat(host(platform.made("aks2", label("contoso", true)))).isEqualTo(host);
    assertThat(ssl(platform.get("aks1")).path("status").asString("")).isEqualTo("Disabled");
    assertThat(platform.gateway.get().plain()).containsKey("diabetes");
    assertThat(platform.certificates.of(holder)).isEmpty();
    assertThat(host(platform.made("aks1", label("contoso", true)))).isEqualTo(host);
  }

  @Test
  void leavesTheNameWithItsHolderWhenTheTakeOverFails() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    String before = serial(host);
    var good = platform.proof;
    platform.proof = _ -> java.math.BigInteger.ONE;
    var end = platform.ended(platform.put("aks2", label("contoso", true)));
    assertThat(end.path("error").path("code").asString("")).isEqualTo("CertificateNotServed");
    assertThat(serial(host)).isEqualTo(before);
    assertThat(platform.get("aks2").path("properties").path("provisioningState").asString(""))
        .isEqualTo("Failed");
    platform.proof = good;
    assertThat(platform.put("aks2", label("contoso", false)).status()).isEqualTo(400);
    assertThat(host(platform.get("aks1"))).isEqualTo(host);
  }

  @Test
  void servesACustomCertificateAndNeverShowsItsKey() throws Exception {
    var compute = platform.made("aks1", custom("www.contoso.test", platform.other()));
    assertThat(host(compute)).isEqualTo("www.contoso.test");
    assertThat(compute.toString()).doesNotContain("PRIVATE");
    assertThat(platform.gateway.get().certificates()).containsKey("www.contoso.test");
  }

  @Test
  void tellsWhatWasPutRightAndWhatToKnow() throws Exception {
    var authority = platform.other();
    var pair = authority.issue(List.of("www.contoso.test"), Duration.ofDays(30));
    String heap = authority.rootPem() + Pem.of(pair.chain().reversed());
    var compute = platform.made("aks1", custom("www.contoso.test", heap, Pem.of(pair.key())));
    JsonNode shown = compute.path("properties").path("certificate");
    assertThat(shown.path("kind").asString("")).isEqualTo("Custom");
    assertThat(shown.path("repairs").toString()).contains("Put the chain in order", "root");
    assertThat(shown.path("warnings").toString()).contains("no public root");
    assertThat(platform.gateway.get().certificates().get("www.contoso.test").chain())
        .isEqualTo(pair.chain());
    platform.close();
    platform = new Platform(folder, platform.clock);
    assertThat(platform.get("aks1").path("properties").path("certificate")).isEqualTo(shown);
  }

  @Test
  void takesAStoreWithItsPassphraseAndKeepsNeither() throws Exception {
    var pair = platform.other().issue(List.of("www.contoso.test"), Duration.ofDays(30));
    var store = java.security.KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "key",
        pair.key(),
        "let me in".toCharArray(),
        pair.chain().toArray(java.security.cert.X509Certificate[]::new));
    var bytes = new java.io.ByteArrayOutputStream();
    store.store(bytes, "let me in".toCharArray());
    String text = java.util.Base64.getMimeEncoder().encodeToString(bytes.toByteArray());
    assertThat(refused("www.contoso.test", text, "")).contains("no passphrase was given");
    var sent =
        (ObjectNode) dev.gatehouse.server.rest.Json.parse(custom("www.contoso.test", text, ""));
    ((ObjectNode) sent.path("sslConfiguration")).put("passphrase", "let me out");
    var wrong = platform.put("aks1", sent.toString());
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(Requests.text(wrong)).contains("does not open it").doesNotContain("let me");
    ((ObjectNode) sent.path("sslConfiguration")).put("passphrase", "let me in");
    assertThat(platform.made("aks1", sent.toString()).toString()).doesNotContain("let me in");
    assertThat(serial("www.contoso.test")).isEqualTo(pair.leaf().getSerialNumber().toString(16));
  }

  @Test
  void saysSoWhenServicesAreInTheOpenWithoutTls() throws Exception {
    assertThat(platform.made("aks1", "{}").path("properties").path("warnings")).isEmpty();
    platform.open = true;
    assertThat(platform.get("aks1").path("properties").path("warnings").toString())
        .contains("plain HTTP at port 80");
    assertThat(platform.made("aks1", label("contoso", false)).path("properties").path("warnings"))
        .isEmpty();
  }

  @Test
  void refusesABadCertificateAndChangesNothing() throws Exception {
    var authority = platform.other();
    platform.made("aks1", custom("www.contoso.test", authority));
    String before = serial("www.contoso.test");
    var good = authority.issue(List.of("www.contoso.test"), Duration.ofDays(30));
    var other = authority.issue(List.of("other.contoso.test"), Duration.ofDays(30));
    String cert = Pem.of(good.chain());
    assertThat(refused("www.contoso.test", cert, Pem.of(other.key()))).containsIgnoringCase("key");
    assertThat(refused("www.contoso.test", Pem.of(other.chain()), Pem.of(other.key())))
        .contains("www.contoso.test");
    assertThat(refused("www.contoso.test", "garbage", Pem.of(good.key()))).contains("PEM");
    assertThat(refused("not a name", cert, Pem.of(good.key()))).contains("cname");
    platform.clock.pass(Duration.ofDays(31));
    assertThat(refused("www.contoso.test", cert, Pem.of(good.key()))).contains("expired");
    assertThat(serial("www.contoso.test")).isEqualTo(before);
    assertThat(platform.get("aks1").path("properties").path("provisioningState").asString(""))
        .isEqualTo("Succeeded");
  }

  @Test
  void refusesACustomNameThatIsServedForSomethingElse() throws Exception {
    platform.made("aks1", custom("www.contoso.test", platform.other()));
    assertThat(platform.put("aks2", custom("www.contoso.test", platform.other())).status())
        .isEqualTo(409);
  }

  @Test
  void refusesConfigurationsThatSayTooLittleOrTooMuch() throws Exception {
    platform.made("aks1", "{}");
    for (String wrong :
        List.of(
            "{\"status\":\"Enabled\"}",
            "{\"status\":\"Auto\"}",
            "{\"status\":\"Perhaps\"}",
            "{\"renew\":true}",
            "{\"status\":\"Enabled\",\"cname\":\"a.b\",\"cert\":\"x\",\"key\":null}",
            "{\"status\":\"Enabled\",\"leafDomainLabel\":\"a\",\"cert\":\"x\",\"key\":\"y\"}",
            "{\"status\":\"Auto\",\"leafDomainLabel\":\"under_score\"}",
            "{\"status\":\"Auto\",\"leafDomainLabel\":\"-dash\"}",
            "{\"status\":\"Auto\",\"leafDomainLabel\":\"" + "a".repeat(58) + "\"}",
            "{\"status\":\"Auto\",\"leafDomainLabel\":\"a\",\"renew\":\"yes\"}",
            "[]")) {
      assertThat(platform.put("aks1", "{\"sslConfiguration\":" + wrong + "}").status())
          .as(wrong)
          .isEqualTo(400);
    }
  }

  @Test
  void takesAnyStatusForALabelAndTheLongestOne() throws Exception {
    var compute =
        platform.made(
            "aks1", "{\"sslConfiguration\":{\"leafDomainLabel\":\"" + "a".repeat(57) + "\"}}");
    assertThat(ssl(compute).path("status").asString("")).isEqualTo("Auto");
  }

  @Test
  void goesOnAfterACrashInTheMiddleWithoutIssuingAnythingAnew() throws Exception {
    String host = host(platform.made("aks1", label("contoso", false)));
    platform.made("aks2", custom("www.contoso.test", platform.other()));
    var before = platform.gateway.get().certificates().get(host).leaf();
    var fallback = platform.gateway.get().fallback().leaf();
    String root = platform.authority.rootPem();
    platform
        .database
        .jdbi()
        .useHandle(h -> {
          h.execute(
              "UPDATE operation SET state = 'Running', ended_at = NULL WHERE subject = 'aks1'");
          h.execute("UPDATE compute SET provisioning = 'Creating' WHERE name = 'aks1'");
        });
    platform.close();
    platform = new Platform(folder, platform.clock);
    assertThat(platform.gateway.get().certificates().get(host).leaf()).isEqualTo(before);
    assertThat(platform.gateway.get().certificates()).containsKey("www.contoso.test");
    assertThat(platform.gateway.get().fallback().leaf()).isEqualTo(fallback);
    assertThat(platform.authority.rootPem()).isEqualTo(root);
    assertThat(platform.dns.zone().recordsAt(host)).hasSize(2);
  }

  @Test
  void answersARepeatedRequestWithTheOperationThatIsUnderWay() throws Exception {
    var entered = new java.util.concurrent.CountDownLatch(1);
    var go = new java.util.concurrent.CountDownLatch(1);
    var good = platform.proof;
    platform.proof =
        host -> {
          entered.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return good.serial(host);
        };
    var first = platform.put("aks1", label("contoso", false));
    entered.await();
    var second = platform.put("aks1", label("contoso", false));
    assertThat(second.headers().get("Azure-AsyncOperation"))
        .isEqualTo(first.headers().get("Azure-AsyncOperation"));
    assertThat(platform.put("aks1", OFF).status()).isEqualTo(409);
    assertThat(
            platform
                .send("DELETE", ROOT + "/computes/aks1?underlyingResourceAction=delete", "")
                .status())
        .isEqualTo(409);
    go.countDown();
    assertThat(platform.ended(first).path("status").asString("")).isEqualTo("Succeeded");
  }

  private String refused(String cname, String cert, String key) {
    var answer = platform.put("aks1", custom(cname, cert, key));
    assertThat(answer.status()).isEqualTo(400);
    return Requests.text(answer);
  }

  private String serial(String host) {
    return platform.gateway.get().certificates().get(host).leaf().getSerialNumber().toString(16);
  }

  private static String host(JsonNode compute) {
    return ssl(compute).path("cname").asString("");
  }

  private static ServiceRoute route(String name) {
    return new ServiceRoute(
        "id-" + name,
        name,
        new Access.Open(),
        List.of(
            new Version(
                name,
                100,
                new Backend.Absent("starting"),
                new Version.Limits(1, Duration.ofMillis(500), Duration.ofSeconds(60)))));
  }
}
