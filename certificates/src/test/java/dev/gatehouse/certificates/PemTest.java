package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PemTest {
  static Stream<KeyPair> keys() {
    return Stream.of(
        TestAuthority.ec("secp256r1"),
        TestAuthority.ec("secp384r1"),
        TestAuthority.ec("secp521r1"),
        TestAuthority.rsa(2048),
        TestAuthority.ed25519());
  }

  @ParameterizedTest
  @MethodSource("keys")
  void readsBackWhatItWrote(KeyPair key) {
    var pair =
        new CertifiedKey(
            List.of(TestAuthority.selfSigned(TestAuthority.wish().key(key))), key.getPrivate());

    assertThat(Pem.pair(Pem.of(pair))).isEqualTo(pair);
  }

  @Test
  void breaksLinesAtSixtyFourCharacters() {
    var text = Pem.of(TestAuthority.ec("secp256r1").getPrivate());

    assertThat(text)
        .startsWith("-----BEGIN PRIVATE KEY-----\n")
        .endsWith("-----END PRIVATE KEY-----\n");
    assertThat(text.lines()).allMatch(line -> line.length() <= 64);
  }

  @Test
  void takesDerAsBase64WherePemStands() throws Exception {
    KeyPair key = TestAuthority.ec("secp256r1");
    var certificate = TestAuthority.selfSigned(TestAuthority.wish().key(key));
    String der = Base64.getMimeEncoder().encodeToString(certificate.getEncoded());

    assertThat(Pem.certificates(der)).containsExactly(certificate);
    assertThat(Pem.key(Base64.getEncoder().encodeToString(key.getPrivate().getEncoded())))
        .isEqualTo(key.getPrivate());
    assertThat(Pem.isStore(der) || Pem.isStore("text") || Pem.isStore("")).isFalse();
  }
}
