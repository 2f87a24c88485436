package dev.gatehouse.server.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.Access;
import dev.gatehouse.server.rest.Requests;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ContainerTlsTest {
  private static final String URI = "https://a.contoso.test:8443/api/v1/service/box/score";

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

  private static String box(String cname, String certificate, String key) {
    var payload = Payloads.aci("box", Payloads.image("score.py", "sk:1"));
    return Payloads.tls(payload, cname, certificate, key).toString();
  }

  @Test
  void isReachedAtItsOwnName() {
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    JsonNode service = world.service("box");
    assertThat(service.path("scoringUri").asString()).isEqualTo(URI);
    assertThat(service.path("sslCertificate").asString()).isEqualTo("GOOD 1");
    assertThat(service.has("sslKey") && service.path("sslKey").isNull()).isTrue();
    assertThat(service.path("publicIp").asString()).isEqualTo("127.0.0.1");
    assertThat(service.path("location").asString()).isEqualTo("westeurope");
    assertThat(service.has("nextLink") || service.has("imageDetails")).isFalse();
    assertThat(world.route("box").access()).isInstanceOf(Access.Open.class);
    assertThat(world.certificates).containsExactly("install a.contoso.test");
  }

  @Test
  void refusesABadCertificateBeforeAnythingChanges() {
    var refused = world.send("POST", "/services", box("a.contoso.test", "BAD", "KEY"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("does not belong");
    assertThat(world.send("GET", "/services/box", "").status()).isEqualTo(404);
    String validate =
        "{\"type\":\"Create\",\"serviceName\":\"box\",\"createRequest\":"
            + box("a.contoso.test", "BAD", "KEY")
            + "}";
    assertThat(world.json("POST", "/services/validate", validate).path("error").path("message"))
        .hasToString("\"The key does not belong to the certificate.\"");
  }

  @Test
  void newCertificateRestartsNothing() {
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    world.settle(
        "PATCH",
        "/services/box",
        Payloads.patch(
            "replace",
            "/sslEnabled",
            "true",
            "replace",
            "/sslCertificate",
            "\"GOOD 2\"",
            "replace",
            "/sslKey",
            "\"KEY\"",
            "replace",
            "/cname",
            "\"b.contoso.test\""));
    assertThat(world.driver.started).hasSize(1);
    assertThat(world.service("box").path("scoringUri").asString()).contains("b.contoso.test");
    assertThat(world.service("box").path("sslCertificate").asString()).isEqualTo("GOOD 2");
    assertThat(world.certificates).last().isEqualTo("install b.contoso.test");
  }

  @Test
  void plainHttpInTheOpenIsFlagged() {
    world.open = true;
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    assertThat(world.service("box").path("warnings")).isEmpty();
    world.settle("PATCH", "/services/box", Payloads.patch("replace", "/sslEnabled", "false"));
    assertThat(world.service("box").path("warnings").toString())
        .contains("plain HTTP at port 8080");
    world.open = false;
    assertThat(world.service("box").path("warnings")).isEmpty();
  }

  @Test
  void passphraseIsTakenAndNeverShown() {
    var payload = Payloads.aci("box", Payloads.image("score.py", "sk:1"));
    Payloads.tls(payload, "a.contoso.test", "GOOD 1", "KEY").put("sslPassphrase", "let me in");
    world.settle("POST", "/services", payload.toString());
    assertThat(world.service("box").toString()).doesNotContain("let me in");
    world.settle(
        "PATCH",
        "/services/box",
        Payloads.patch(
            "replace",
            "/sslCertificate",
            "\"GOOD 2\"",
            "replace",
            "/sslKey",
            "\"KEY\"",
            "add",
            "/sslPassphrase",
            "\"let me in\""));
    assertThat(world.service("box").toString()).doesNotContain("let me in");
    assertThat(world.passphrases).containsExactly("let me in", "let me in");
  }

  @Test
  void otherChangesLeaveTheCertificateAlone() {
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    world.settle("PATCH", "/services/box", Payloads.patch("replace", "/authEnabled", "true"));
    assertThat(world.certificates).hasSize(1);
    assertThat(world.route("box").access()).isInstanceOf(Access.Keys.class);
    assertThat(world.service("box").path("scoringUri").asString()).isEqualTo(URI);
  }

  @Test
  void newNameAloneIsRefused() {
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    var refused =
        world.send(
            "PATCH", "/services/box", Payloads.patch("replace", "/cname", "\"c.contoso.test\""));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("'sslKey' is missing");
  }

  @Test
  void withoutTlsItGoesOnOverPlainHttp() {
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    world.settle("PATCH", "/services/box", Payloads.patch("replace", "/sslEnabled", "false"));
    assertThat(world.certificates).last().isEqualTo("remove");
    assertThat(world.service("box").path("scoringUri").asString())
        .isEqualTo("http://127.0.0.1:8080/api/v1/service/box/score");
    assertThat(world.service("box").path("sslCertificate").isNull()).isTrue();
  }

  @Test
  void keyIsSealedUntilItIsInstalled() {
    world.driver.gate = new java.util.concurrent.CountDownLatch(1);
    world.send("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    World.await(() -> !world.driver.started.isEmpty());
    List<String> stored =
        world
            .database()
            .jdbi()
            .withHandle(h ->
                h.createQuery(
                        "SELECT wanted || brought_sealed FROM service UNION SELECT input FROM operation")
                    .mapTo(String.class)
                    .list());
    assertThat(stored)
        .isNotEmpty()
        .noneMatch(text -> text.contains("sslKey") || text.contains("\"KEY\""));
  }

  @Test
  void deleteRemovesTheName() {
    world.settle("POST", "/services", box("a.contoso.test", "GOOD 1", "KEY"));
    world.settle("DELETE", "/services/box", "");
    assertThat(world.certificates).last().isEqualTo("remove");
    assertThat(world.routes()).isEmpty();
  }

  private static String labelled() {
    var payload = Payloads.aci("box", Payloads.image("score.py", "sk:1"));
    return payload.put("sslEnabled", true).put("dnsNameLabel", "Box").toString();
  }

  private String uri() {
    return world.service("box").path("scoringUri").asString();
  }

  @Test
  void aLabelGetsANameThatItKeepsForLife() {
    world.settle("POST", "/services", labelled());
    String uri = uri();
    assertThat(uri)
        .matches(
            "https://box[a-z0-9]{6}\\.westeurope\\.gatehouse\\.test:8443/api/v1/service/box/score");
    String host = java.net.URI.create(uri).getHost();
    assertThat(world.service("box").path("publicFqdn").asString()).isEqualTo(host);
    world.settle("PATCH", "/services/box", Payloads.patch("replace", "/authEnabled", "true"));
    assertThat(uri()).isEqualTo(uri);
    world.settle("PATCH", "/services/box", Payloads.patch("replace", "/sslEnabled", "false"));
    assertThat(uri()).startsWith("http://127.0.0.1:8080/");
    assertThat(world.service("box").has("publicFqdn")).isFalse();
    world.settle("PATCH", "/services/box", Payloads.patch("replace", "/sslEnabled", "true"));
    assertThat(uri()).isEqualTo(uri);
    assertThat(world.certificates)
        .containsExactly("issue " + host, "issue " + host, "remove", "issue " + host);
    world.settle("DELETE", "/services/box", "");
    world.settle("POST", "/services", labelled());
    assertThat(uri()).isNotEqualTo(uri);
  }

  @Test
  void ownCertificateGoesBeforeTheLabelAndMayBeGivenUpForIt() {
    var payload = Payloads.aci("box", Payloads.image("score.py", "sk:1"));
    Payloads.tls(payload, "a.contoso.test", "GOOD 1", "KEY").put("dnsNameLabel", "box");
    world.settle("POST", "/services", payload.toString());
    assertThat(uri()).isEqualTo(URI);
    world.settle(
        "PATCH",
        "/services/box",
        Payloads.patch("remove", "/cname", "", "remove", "/sslCertificate", ""));
    assertThat(uri()).startsWith("https://box");
  }

  @Test
  void withoutCertificateTheRefusalNamesTheLabelAsTheWay() {
    var payload = Payloads.aci("box", Payloads.image("score.py", "sk:1")).put("sslEnabled", true);
    var refused = world.send("POST", "/services", payload.toString());
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused)).contains("'cname' is missing").contains("'dnsNameLabel'");
    payload.put("dnsNameLabel", "no label");
    assertThat(Requests.text(world.send("POST", "/services", payload.toString())))
        .contains("The dnsNameLabel 'no label' is not possible");
    payload.put("dnsNameLabel", "box").put("location", "no/where");
    assertThat(Requests.text(world.send("POST", "/services", payload.toString())))
        .contains("The location 'no/where' cannot be part of a DNS name");
    payload.put("location", "here").put("sslKey", "KEY");
    assertThat(Requests.text(world.send("POST", "/services", payload.toString())))
        .contains("'cname' is missing");
  }
}
