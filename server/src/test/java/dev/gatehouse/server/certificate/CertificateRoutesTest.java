package dev.gatehouse.server.certificate;

import static dev.gatehouse.server.compute.Platform.ROOT;
import static dev.gatehouse.server.compute.Platform.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.compute.Platform;
import dev.gatehouse.server.rest.Requests;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateRoutesTest {
  private static final String ALL = ROOT + "/certificates";

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
  void tellsAllThatIsKnownOfACertificate() throws Exception {
    platform.made("aks1", Platform.label("contoso", false));
    platform.made("plain", "{}");
    var value = json(platform.send("GET", ALL, "")).path("value");
    assertThat(value).hasSize(1);
    var one = json(platform.send("GET", ALL + "/AKS1", ""));
    assertThat(one).isEqualTo(value.path(0));
    assertThat(one.propertyNames())
        .contains("issuer", "serial", "names", "keyType", "notAfter", "nextRenewal", "lastError");
    assertThat(one.path("daysLeft").asInt(0)).isEqualTo(90);
    assertThat(one.path("ownerKind").asString("")).isEqualTo("ComputeTarget");
    assertThat(one.path("history").path(0).path("serial")).isEqualTo(one.path("serial"));
  }

  @Test
  void renewsOnDemandAndKeepsTheHistory() throws Exception {
    platform.made("aks1", Platform.label("contoso", false));
    var before = json(platform.send("GET", ALL + "/aks1", ""));
    var accepted = platform.send("POST", ALL + "/aks1/renew", "");
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(platform.ended(accepted).path("status").asString("")).isEqualTo("Succeeded");
    var after = json(platform.send("GET", ALL + "/aks1", ""));
    assertThat(after.path("serial")).isNotEqualTo(before.path("serial"));
    assertThat(after.path("host")).isEqualTo(before.path("host"));
    assertThat(after.path("history")).hasSize(2);
    assertThat(after.path("history").path(0).path("replaced").isString()).isTrue();
  }

  @Test
  void saysWhyARenewalFailedAndKeepsTheOldCertificate() throws Exception {
    platform.made("aks1", Platform.label("contoso", false));
    var before = json(platform.send("GET", ALL + "/aks1", ""));
    platform.proof = _ -> BigInteger.TWO;
    var end = platform.ended(platform.send("POST", ALL + "/aks1/renew", ""));
    assertThat(end.path("error").path("code").asString("")).isEqualTo("CertificateNotServed");
    assertThat(json(platform.send("GET", ALL + "/aks1", "")).path("serial"))
        .isEqualTo(before.path("serial"));
  }

  @Test
  void refusesWhatCannotBeRenewed() throws Exception {
    platform.made("aks1", Platform.custom("www.contoso.test", platform.other()));
    var custom = platform.send("POST", ALL + "/aks1/renew", "");
    assertThat(custom.status()).isEqualTo(400);
    assertThat(Requests.text(custom)).contains("sending the new one");
    assertThat(json(platform.send("GET", ALL + "/aks1", "")).path("kind").asString(""))
        .isEqualTo("Custom");
    platform.made("plain", "{}");
    assertThat(Requests.text(platform.send("GET", ALL + "/plain", ""))).contains("switch TLS on");
    assertThat(platform.send("POST", ALL + "/nobody/renew", "").status()).isEqualTo(404);
    assertThat(platform.send("GET", ROOT + "/certificateOperations/0", "").status()).isEqualTo(404);
  }
}
