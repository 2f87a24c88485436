package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
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
}
