package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.CertificateFault.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyReaderTest {
  private static final Passphrase SECRET = Passphrase.of("secret".toCharArray());
  private static final String RSA = "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key";
  private static final String EC =
      "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key";
  private static final String ED = "genpkey -algorithm ED25519 -out key";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkey -in key -out other",
        "pkey -in key -out other -outform DER",
        "rsa -in key -out other -traditional",
        "rsa -in key -out other -traditional -outform DER",
        "rsa -in key -out other -traditional -aes256 -passout pass:secret",
        "rsa -in key -out other -traditional -des3 -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -v2 aes-256-cbc -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -v2 aes-256-cbc -outform DER -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -scrypt -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -v1 PBE-SHA1-3DES -passout pass:secret",
      })
  void readsEveryFormOfAnRsaKey(String conversion) throws IOException {
    assertThat(converted(RSA, conversion)).isEqualTo(original());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkey -in key -out other",
        "ec -in key -out other",
        "ec -in key -out other -outform DER",
        "ec -in key -out other -aes128 -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -v2 aes-128-cbc -v2prf hmacWithSHA512 -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -outform DER -scrypt -passout pass:secret",
      })
  void readsEveryFormOfAnEcKey(String conversion) throws IOException {
    assertThat(scalar(converted(EC, conversion))).isEqualTo(scalar(original()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pkey -in key -out other -outform DER",
        "pkcs8 -topk8 -in key -out other -passout pass:secret",
      })
  void readsAnEd25519Key(String conversion) throws IOException {
    assertThat(converted(ED, conversion)).isEqualTo(original());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " -legacy"})
  void readsTheKeyAndTheCertificatesOfAStore(String form) throws IOException {
    var store = store(form);

    assertThat(KeyReader.read(store, SECRET)).isEqualTo(original());
    assertThat(CertificateReader.read(store, SECRET)).hasSize(1);
  }

  @Test
  void tellsAMissingFromAWrongPassphraseOfAStore() throws IOException {
    var store = store("");

    assertThatThrownBy(() -> KeyReader.read(store, Passphrase.NONE))
        .hasMessageContainingAll("encrypted", "no passphrase");
    assertThatThrownBy(() -> CertificateReader.read(store, Passphrase.of("other".toCharArray())))
        .hasMessageContainingAll("encrypted", "does not open");
  }

  @Test
  void refusesAStoreWithoutAKey() throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.run(EC);
    openssl.run("req -x509 -key key -out crt -subj /CN=a");
    openssl.run("pkcs12 -export -nokeys -in crt -out store -passout pass:secret");
    var store = openssl.read("store");

    assertThatThrownBy(() -> KeyReader.read(store, SECRET)).hasMessageContaining("holds 0 keys");
  }

  @Test
  void takesTheCurveFromTheParametersBlock() throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.run("ecparam -name prime256v1 -genkey -out key");
    openssl.run("ec -in key -no_public -out other");
    var withParameters = openssl.read("key");

    assertThat(KeyReader.read(withParameters, Passphrase.NONE).getAlgorithm()).isEqualTo("EC");
    assertThat(scalar(KeyReader.read(openssl.read("other"), Passphrase.NONE)))
        .isEqualTo(scalar(original()));
    var scalar = Base64.getEncoder().encodeToString(sec1WithoutCurve());
    var parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    var bare = "-----BEGIN EC PRIVATE KEY-----\n" + scalar + "\n-----END EC PRIVATE KEY-----\n";
    assertThat(Pem.key(parameters + bare).getAlgorithm()).isEqualTo("EC");
    assertThatThrownBy(() -> Pem.key(bare)).hasMessageContaining("names no elliptic curve");
  }

  @Test
  void readsAKeyAmongAttributesForeignLineEndsAndText() throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.run(EC);
    var pem = new String(openssl.read("key"), StandardCharsets.US_ASCII);
    var text = "\uFEFFBag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n" + pem;

    assertThat(Pem.key(text.replace("\n", "\r\n") + "the end")).isEqualTo(original());
    assertThat(Pem.key(pem.replace("\n", " "))).isEqualTo(original());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rsa -in key -out other -traditional -aes256 -passout pass:secret",
        "pkcs8 -topk8 -in key -out other -passout pass:secret"
      })
  void asksForThePassphraseOfAnEncryptedKey(String conversion) throws IOException {
    converted(RSA, conversion);
    var encrypted = new OpenSsl(folder).read("other");

    assertThatThrownBy(() -> KeyReader.read(encrypted, Passphrase.NONE))
        .hasMessageContainingAll("key", "encrypted", "no passphrase");
    for (var wrong : new String[] {"a", "b", "c"}) {
      assertThatThrownBy(() -> KeyReader.read(encrypted, Passphrase.of(wrong.toCharArray())))
          .hasMessageContaining("does not open it");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out key, weak key (RSA 1024)",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-224 -out key, weak key (EC P-224)",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out key, not supported (EC secp256k1)",
    "ecparam -name prime256v1 -genkey -param_enc explicit -out key, not supported (EC with parameters written out)",
    "genpkey -algorithm ED448 -out key, not supported (algorithm 1.3.101.113)",
  })
  void refusesKeysThatCannotBeServed(String command, String sentence) throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.run(command);
    var pem = openssl.read("key");

    assertThatThrownBy(() -> KeyReader.read(pem, Passphrase.NONE)).hasMessageContaining(sentence);
  }

  @Test
  void saysWhatItFoundInsteadOfAKey() {
    var wrongBlock = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    var foreign = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
    var key = Pem.of(TestAuthority.ec("secp256r1").getPrivate());

    assertThatThrownBy(() -> Pem.key(wrongBlock)).hasMessageContaining("key is PEM of CERTIFICATE");
    assertThatThrownBy(() -> Pem.key("my key")).hasMessageContaining("neither PEM nor DER");
    assertThatThrownBy(() -> Pem.key(foreign)).hasMessageContaining("OPENSSH PRIVATE KEY");
    assertThatThrownBy(() -> Pem.key(key + key)).hasMessageContaining("2 keys where one belongs");
    assertThatThrownBy(() -> Pem.key(key.replace("-----END", "----")))
        .hasMessageContaining("no end");
    assertThatThrownBy(() -> Pem.key(key.replace("MEE", "M!E"))).hasMessageContaining("not base64");
    assertThatThrownBy(() -> Pem.key("0".repeat(1 << 21))).hasMessageContaining("larger than");
  }

  @Test
  void neverRepeatsWhatItReadNorKeepsACause() {
    var text = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----";

    assertThatThrownBy(() -> Pem.key(text))
        .isInstanceOf(CertificateFault.class)
        .hasNoCause()
        .message()
        .doesNotContain("secret", "c2Vj");
  }

  @Test
  void refusesEncryptionThatAsksForAbsurdWork() throws IOException {
    var salt = new byte[8];
    var iterations = new PBKDF2Params(salt, Integer.MAX_VALUE);
    var length = new PBKDF2Params(salt, 1, Integer.MAX_VALUE);
    var memory = new ScryptParams(salt, 1 << 30, 8, 1);

    for (var derivation :
        new KeyDerivationFunc[] {
          new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, iterations),
          new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, length),
          new KeyDerivationFunc(MiscObjectIdentifiers.id_scrypt, memory)
        }) {
      var der = encrypted(derivation);
      assertThatThrownBy(() -> KeyReader.read(der, SECRET)).hasMessageContaining("more work");
    }
    var unknown = encrypted(new KeyDerivationFunc(PKCSObjectIdentifiers.md5, DERNull.INSTANCE));
    assertThatThrownBy(() -> KeyReader.read(unknown, SECRET)).hasMessageContaining("not known");
  }

  @Test
  void refusesAnUnknownTraditionalCipher() {
    var head = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
    var tail = "\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";

    for (var information : new String[] {"DEK-Info: ROT13,00", "X: y"}) {
      var pem = (head + information + tail).getBytes(StandardCharsets.US_ASCII);
      assertThatThrownBy(() -> KeyReader.read(pem, SECRET))
          .extracting(fault -> ((CertificateFault) fault).reason())
          .isInstanceOfAny(Reason.Unreadable.class, Reason.WrongPassphrase.class);
    }
  }

  @Test
  void neverPrintsAPassphrase() {
    assertThat(SECRET).hasToString("•••");
    assertThat(Passphrase.NONE).hasToString("none");
  }

  /** Encodings of one EC key differ: the public point and the curve may be told or left out. */
  private static BigInteger scalar(PrivateKey key) {
    return ((java.security.interfaces.ECPrivateKey) key).getS();
  }

  private static byte[] encrypted(KeyDerivationFunc derivation) throws IOException {
    ASN1Encodable cipher =
        new PBES2Parameters(
            derivation,
            new EncryptionScheme(NISTObjectIdentifiers.id_aes128_CBC, DERNull.INSTANCE));
    var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, cipher);
    return new EncryptedPrivateKeyInfo(algorithm, new byte[64]).getEncoded();
  }

  private static byte[] sec1WithoutCurve() throws IOException {
    return new ECPrivateKey(256, BigInteger.TEN.pow(70)).getEncoded();
  }

  private byte[] store(String form) throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.run(EC);
    openssl.run("req -x509 -key key -out crt -subj /CN=a");
    openssl.run("pkcs12 -export -inkey key -in crt -out store -passout pass:secret" + form);
    return openssl.read("store");
  }

  private PrivateKey original() throws IOException {
    return KeyReader.read(new OpenSsl(folder).read("key"), Passphrase.NONE);
  }

  private PrivateKey converted(String make, String conversion) throws IOException {
    var openssl = new OpenSsl(folder);
    openssl.run(make);
    openssl.run(conversion);
    var passphrase = conversion.contains("secret") ? SECRET : Passphrase.NONE;
    return KeyReader.read(openssl.read("other"), passphrase);
  }
}
