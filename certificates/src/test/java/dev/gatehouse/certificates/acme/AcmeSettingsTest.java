package dev.gatehouse.certificates.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcmeSettingsTest {
  private static final URI DIRECTORY = URI.create("https://ca.test/directory");

  @Test
  void refusesAnAuthorityWithoutTlsOrName() {
    assertThatThrownBy(() -> new AcmeServer("CA", URI.create("http://ca.test/"), List.of()))
        .hasMessageContaining("http://ca.test/ (expected: an https address");
    assertThatThrownBy(() -> new AcmeServer(" ", DIRECTORY, List.of()))
        .hasMessageContaining("name: empty");
  }

  @Test
  void refusesAContactThatIsNoAddress() {
    var none = new ExternalBinding.None();

    assertThatThrownBy(() -> new AcmeAccount(List.of(URI.create("ops@contoso.com")), true, none))
        .hasMessageContaining("ops@contoso.com (expected: an address as in mailto:");
  }

  @Test
  void refusesABindingThatCannotBeOneAndShowsNoKey() {
    assertThatThrownBy(() -> new ExternalBinding.Key(" ", Pebble.HMAC))
        .hasMessageContaining("key identifier: empty");
    for (var wrong : List.of("c2hvcnQ", "not base64!")) {
      assertThatThrownBy(() -> new ExternalBinding.Key("kid-1", wrong))
          .hasMessageContaining("HMAC key of 'kid-1'")
          .hasMessageContaining("32 bytes")
          .hasMessageNotContaining(wrong);
    }
    assertThat(new ExternalBinding.Key("kid-1", Pebble.HMAC).toString())
        .contains("kid-1")
        .doesNotContain(Pebble.HMAC);
  }

  @Test
  void refusesNoPatienceAndNoSolvers() {
    var server = new AcmeServer("CA", DIRECTORY, List.of());
    var account = new AcmeAccount(List.of(), true, new ExternalBinding.None());

    assertThatThrownBy(() -> new AcmeSettings(server, account, "", Duration.ZERO))
        .hasMessageContaining("patience: PT0S");
    assertThatThrownBy(() ->
            new AcmePorts(
                List.of(),
                new KeysInMemory(),
                InstantSource.system(),
                new SecureRandom(),
                Thread::sleep))
        .hasMessageContaining("challenge solvers: none");
  }

  @Test
  void answersTlsChallengesWithACriticalExtension() throws Exception {
    var digest = new byte[32];
    digest[0] = 7;
    var now = Instant.parse("2026-11-24T00:00:00Z");
    var pair = ChallengeCertificate.of("api.test", digest, now, new SecureRandom());
    var leaf = pair.leaf();

    assertThat(leaf.getCriticalExtensionOIDs()).contains(ChallengeCertificate.ACME_IDENTIFIER);
    assertThat(leaf.getExtensionValue(ChallengeCertificate.ACME_IDENTIFIER))
        .startsWith(4, 34, 4, 32, 7);
    assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(2, "api.test"));
  }
}
