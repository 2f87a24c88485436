package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class BundleTest {
  private final TestAuthority root = TestAuthority.root("Root");
  private final TestAuthority.Wish wish = TestAuthority.wish();
  private final byte[] leaf = pem(root.issue(wish));
  private final byte[] key = bytes(Pem.of(wish.key().getPrivate()));

  private static byte[] pem(java.security.cert.X509Certificate certificate) {
    return bytes(Pem.of(List.of(certificate)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Bundle of(byte[]... files) {
    return Bundle.of(List.of(files), Passphrase.NONE);
  }

  @Test
  void gathersCertificatesAndKeyFromFilesInAnyOrder() {
    var bundle = of(key, pem(root.certificate()), leaf);
    assertThat(bundle.certificates()).hasSize(2);
    assertThat(bundle.leaf()).contains(bundle.certificates().getLast());
    assertThat(bundle.chain(NOW)).containsExactly(bundle.certificates().getLast());
    var checked =
        bundle.check("api.contoso.test", NOW, TrustedRoots.of(List.of(root.certificate())));
    assertThat(checked.pair().chain()).hasSize(1);
    assertThat(bundle).hasToString("Bundle[2 certificates, a key]");
  }

  @Test
  void takesBothFromOneFileAndFromDer() throws Exception {
    assertThat(of(bytes(new String(leaf) + new String(key))).hasKey()).isTrue();
    var der = Pem.certificates(new String(leaf)).getFirst().getEncoded();
    var bundle = of(der, wish.key().getPrivate().getEncoded());
    assertThat(bundle.certificates()).hasSize(1);
    assertThat(bundle.keyPem()).contains("BEGIN PRIVATE KEY");
  }

  @Test
  void needsNoKeyUntilOneIsAskedFor() {
    var bundle = of(leaf);
    assertThat(bundle.hasKey()).isFalse();
    assertThat(bundle.leaf()).isPresent();
    assertThatThrownBy(bundle::keyPem).isInstanceOf(CertificateFault.class);
  }

  @Test
  void refusesWhatIsNeitherAndSeveralKeys() {
    assertThatThrownBy(() -> of(bytes("hello"))).hasMessageContaining("certificate");
    assertThatThrownBy(() -> of(key, bytes(Pem.of(TestAuthority.wish().key().getPrivate()))))
        .hasMessageContaining("several keys");
    assertThatThrownBy(
            () -> of(bytes("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")))
        .hasMessageContaining("key");
  }
}
