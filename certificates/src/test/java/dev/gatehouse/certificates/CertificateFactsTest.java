package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.DAY;
import static dev.gatehouse.certificates.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateFactsTest {
  private final TestAuthority root = TestAuthority.root("Contoso root");

  @Test
  void tellsWhatPeopleWantToKnow() {
    var wish = TestAuthority.wish().names("a.contoso.test", "b.contoso.test", "10.0.0.1");
    var certificate = root.issue(wish);
    var facts = CertificateFacts.of(certificate);

    assertThat(facts)
        .isEqualTo(
            new CertificateFacts(
                "Contoso root",
                certificate.getSerialNumber().toString(16),
                List.of("a.contoso.test", "b.contoso.test", "10.0.0.1"),
                "EC P-256",
                NOW.minus(DAY),
                NOW.plus(DAY.multipliedBy(30))));
  }

  @Test
  void namesTheKindOfKey() {
    var rsa = TestAuthority.wish().key(TestAuthority.rsa(2048));
    var ed = TestAuthority.wish().key(TestAuthority.ed25519());

    assertThat(CertificateFacts.of(root.issue(rsa)).keyType()).isEqualTo("RSA 2048");
    assertThat(CertificateFacts.of(root.issue(ed)).keyType()).isEqualTo("Ed25519");
  }

  @Test
  void countsWholeDaysDown() {
    var facts = CertificateFacts.of(root.issue(TestAuthority.wish()));

    assertThat(facts.daysLeft(NOW)).isEqualTo(30);
    assertThat(facts.daysLeft(NOW.plus(Duration.ofHours(1)))).isEqualTo(29);
    assertThat(facts.daysLeft(NOW.plus(DAY.multipliedBy(31)))).isEqualTo(-1);
  }
}
