package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateReaderTest {
  private final TestAuthority root = TestAuthority.root("Contoso root");

  @TempDir Path folder;

  @Test
  void keepsTheOrderAndSkipsWhatStandsAround() {
    var other = TestAuthority.root("Other root");
    var text =
        "Bag Attributes\n friendlyName: x\n"
            + Pem.of(List.of(other.certificate()))
            + "subject=x\n"
            + Pem.of(List.of(root.certificate())).replace("\n", "\r\n");

    assertThat(Pem.certificates(text)).containsExactly(other.certificate(), root.certificate());
  }

  @Test
  void readsDer() throws CertificateEncodingException {
    assertThat(CertificateReader.read(root.certificate().getEncoded(), Passphrase.NONE))
        .containsExactly(root.certificate());
  }

  @Test
  void cutsWhatOpensslAddsToATrustedCertificate() throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.write("crt", Pem.of(List.of(root.certificate())));
    openssl.run("x509 -in crt -trustout -addtrust serverAuth -out trusted");

    assertThat(CertificateReader.read(openssl.read("trusted"), Passphrase.NONE))
        .containsExactly(root.certificate());
  }

  @ParameterizedTest
  @CsvSource({
    "this is not a certificate, The certificate is neither PEM nor DER",
    "'', The certificate is neither PEM nor DER",
    "0, The certificate cannot be read: its DER holds no certificate",
    "-----BEGIN RSA PRIVATE KEY-----AAAA-----END RSA PRIVATE KEY-----, The certificate is PEM of RSA PRIVATE KEY",
    "-----BEGIN CERTIFICATE-----Z2FyYmFnZQ==-----END CERTIFICATE-----, PEM block 1 holds no certificate",
    "-----BEGIN lower-----, The certificate is neither PEM nor DER",
  })
  void saysWhatItFoundInsteadOfACertificate(String text, String sentence) {
    assertThatThrownBy(() -> Pem.certificates(text))
        .isInstanceOf(CertificateFault.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void refusesAHeapOfCertificates() {
    var text = Pem.of(List.of(root.certificate())).repeat(CertificateReader.MOST_CERTIFICATES + 1);

    assertThatThrownBy(
            () -> CertificateReader.read(text.getBytes(StandardCharsets.US_ASCII), Passphrase.NONE))
        .hasMessageContaining("more than 100 certificates");
  }
}
