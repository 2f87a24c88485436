package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningRequestTest {
  private static final String LONG = "a".repeat(60) + ".contoso.test";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"EC_P256", "EC_P384", "RSA_2048"})
  void isSignedAndNamesAllNames(KeyChoice choice) throws Exception {
    var made = SigningRequest.make(List.of(LONG, "www.contoso.test"), choice, new SecureRandom());
    var openssl = new OpenSsl(folder);
    openssl.write("csr.pem", made.pem());
    openssl.run("req -in csr.pem -verify -noout");
    String text = openssl.attempt("req -in csr.pem -noout -text").text();
    assertThat(text)
        .contains("DNS:" + LONG + ", DNS:www.contoso.test")
        .containsPattern("Subject: CN ?= ?www.contoso.test");
    assertThat(KeyKind.of(made.publicKey()).text()).isEqualTo(choice.text());
    assertThat(KeyMatch.of(made.key(), made.publicKey())).isTrue();
  }

  @Test
  void keepsTheKeyToItself() {
    var made = SigningRequest.make(List.of(LONG), KeyChoice.EC_P256, new SecureRandom());
    assertThat(made.toString()).doesNotContain("PRIVATE");
    assertThat(SigningRequest.digest(made.publicKey())).matches("[0-9a-f]{64}");
  }

  @Test
  void knowsKeyTypesByManyNames() {
    assertThat(List.of("ec", "P-256", "ec p-256").stream().map(KeyChoice::parse))
        .containsOnly(KeyChoice.EC_P256);
    assertThat(List.of("rsa", "RSA 2048", "rsa-2048").stream().map(KeyChoice::parse))
        .containsOnly(KeyChoice.RSA_2048);
    assertThat(KeyChoice.parse("ec-p384")).isEqualTo(KeyChoice.EC_P384);
    assertThatThrownBy(() -> KeyChoice.parse("dsa"))
        .hasMessage(
            "key type: 'dsa' (expected: one of EC P-256, EC P-384, RSA 2048, RSA 3072, RSA 4096)");
    assertThatThrownBy(() -> KeyChoice.parse("")).hasMessageContaining("expected");
  }
}
