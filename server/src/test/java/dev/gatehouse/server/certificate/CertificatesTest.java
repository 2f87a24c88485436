package dev.gatehouse.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.Issuer;
import dev.gatehouse.certificates.IssuerFault;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.gateway.Snapshot.Host;
import dev.gatehouse.server.alert.Alert;
import dev.gatehouse.server.compute.Platform;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  private static final String HOST = "a.local.gatehouse.test";

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
  void renewsByItselfAtTwoThirdsOfTheLife() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var old = platform.store.inService("o").orElseThrow();
    assertThat(platform.certificates.ring(old.id())).isEqualTo(old.nextAttempt());
    platform.clock.pass(Duration.ofDays(61));
    assertThat(platform.certificates.ring(old.id())).isEmpty();
    assertThat(shown().getSerialNumber()).isNotEqualTo(old.pair().leaf().getSerialNumber());
    assertThat(platform.store.history("o"))
        .hasSize(2)
        .first()
        .matches(past -> past.replaced().isPresent());
    assertThat(platform.certificates.ring(old.id())).isEmpty();
  }

  @Test
  void keepsTheOldPairWhenTheIssuerIsDownAndTriesAgainLater() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var old = platform.store.inService("o").orElseThrow();
    platform.issuer = down();
    platform.clock.pass(Duration.ofDays(61));
    assertThat(platform.certificates.ring(old.id()))
        .contains(platform.clock.instant().plusSeconds(60));
    var standing = platform.certificates.standing("o").orElseThrow();
    assertThat(standing.lastError())
        .hasValueSatisfying(error -> assertThat(error).contains("no answer"));
    assertThat(shown()).isEqualTo(old.pair().leaf());
    assertThat(platform.alerts)
        .singleElement()
        .matches(alert -> alert.kind() == Alert.Kind.RENEWAL_FAILED)
        .matches(alert -> alert.subject().equals(HOST) && alert.message().contains("no answer"));
    assertThat(platform.certificates.outlook())
        .filteredOn(each -> each.host().equals(HOST))
        .singleElement()
        .matches(each -> each.failures() == 1 && !each.brought() && each.next().isPresent());
    platform.issuer = platform.authority;
    platform.certificates.renew("o");
    assertThat(platform.certificates.standing("o").orElseThrow().lastError()).isEmpty();
  }

  @Test
  void putsTheOldPairBackWhenTheGatewayDoesNotShowTheNewOne() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var old = shown();
    platform.proof = _ -> BigInteger.TWO;
    assertThatThrownBy(() -> platform.certificates.renew("o"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining(HOST);
    assertThat(shown()).isEqualTo(old);
    assertThat(platform.alerts)
        .extracting(Alert::kind)
        .containsExactly(Alert.Kind.PROOF_FAILED, Alert.Kind.RENEWAL_FAILED);
    platform.proof =
        _ -> {
          throw new IOException("refused");
        };
    assertThatThrownBy(() -> platform.certificates.ensureIssued("o", "b.local.gatehouse.test"))
        .hasMessageContaining("refused");
    assertThat(platform.gateway.get().certificates()).doesNotContainKey("b.local.gatehouse.test");
    assertThat(platform.dns.zone().recordsAt("b.local.gatehouse.test")).isEmpty();
    assertThat(platform.certificates.of("o").orElseThrow().host()).isEqualTo(HOST);
  }

  @Test
  void storesNoKeyInClearAndForgetsThoseOfReplacedCertificates() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    platform.certificates.renew("o");
    var sealed =
        platform
            .database
            .jdbi()
            .withHandle(h ->
                h.createQuery(
                        "SELECT sealed FROM certificate WHERE owner = 'o' ORDER BY created_at, rowid")
                    .map((rs, _) -> java.util.Optional.ofNullable(rs.getBytes(1)))
                    .list());
    assertThat(sealed.getFirst()).isEmpty();
    assertThat(
            new String(
                sealed.getLast().orElseThrow(), java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("PRIVATE");
  }

  @Test
  void onlyWarnsAboutACustomCertificate() throws Exception {
    var pair = platform.other().issue(List.of("www.contoso.test"), Duration.ofDays(30));
    var brought =
        platform.certificates.check(
            platform.workspace.id(),
            new BroughtPem("WWW.contoso.test.", Pem.of(pair.chain()), Pem.of(pair.key()), ""));
    platform.certificates.installBrought("o", brought);
    var stored = platform.store.inService("o").orElseThrow();
    platform.clock.pass(Duration.ofDays(21));
    assertThat(platform.certificates.ring(stored.id()))
        .hasValueSatisfying(next -> assertThat(next).isAfter(platform.clock.instant()));
    platform.clock.pass(Duration.ofDays(8));
    assertThat(platform.certificates.ring(stored.id())).isEmpty();
    assertThat(platform.alerts)
        .hasSize(2)
        .allMatch(alert -> alert.kind() == Alert.Kind.EXPIRES_SOON)
        .allMatch(alert -> alert.subject().equals("www.contoso.test"));
    assertThat(platform.certificates.standing("o").orElseThrow().nextRenewal()).isEmpty();
    assertThatThrownBy(() -> platform.certificates.renew("o")).isInstanceOf(ProblemException.class);
  }

  @Test
  void servesTheControlPlaneUnderItsNamesAndRenewsItToo() throws Exception {
    var snapshot = platform.gateway.get();
    assertThat(snapshot.hosts()).containsKeys(Platform.ZONE, "localhost", "127.0.0.1", "::1");
    assertThat(snapshot.hosts().get("localhost")).isEqualTo(new Host.ControlPlane());
    assertThat(snapshot.certificates().get("localhost")).isEqualTo(snapshot.fallback());
    platform.clock.pass(Duration.ofDays(61));
    platform.certificates.ring(
        platform.store.inService(Certificates.CONTROL_PLANE).orElseThrow().id());
    assertThat(platform.gateway.get().fallback().leaf()).isNotEqualTo(snapshot.fallback().leaf());
  }

  @Test
  void takesTheNameAwayWhenItIsRemoved() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    platform.certificates.remove("o");
    assertThat(platform.gateway.get().hosts()).doesNotContainKey(HOST);
    assertThat(platform.certificates.of("o")).isEmpty();
  }

  private java.security.cert.X509Certificate shown() {
    return platform.gateway.get().certificates().get(HOST).leaf();
  }

  private static Issuer down() {
    return new Issuer() {
      @Override
      public String name() {
        return "far";
      }

      @Override
      public CertifiedKey issue(List<String> names, Duration life) {
        throw IssuerFault.unavailable("no answer", new IOException("timeout"));
      }
    };
  }
}
