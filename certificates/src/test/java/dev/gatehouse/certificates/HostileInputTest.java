package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.Test;

/** Whatever comes in, out comes a value or a {@link CertificateFault}. */
class HostileInputTest {
  private static final Passphrase SECRET = Passphrase.of("secret".toCharArray());
  private static final KeyPair KEY = TestAuthority.ec("secp256r1");
  private static final int ROUNDS = 60;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void survivesRandomBytes() {
    for (var round = 0; round < ROUNDS; round++) {
      var bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      if (bytes.length > 1 && random.nextBoolean()) {
        bytes[0] = 0x30;
        bytes[1] = (byte) (bytes.length - 2);
      }
      feed(bytes);
      feed(pem("CERTIFICATE", bytes));
      feed(pem("EC PRIVATE KEY", bytes));
      feed(pem("ENCRYPTED PRIVATE KEY", bytes));
    }
  }

  @Test
  void survivesGoodInputWithBytesChanged() throws Exception {
    for (var good : goodInputs()) {
      for (var round = 0; round < ROUNDS; round++) {
        feed(damaged(good));
      }
    }
  }

  @Test
  void survivesDeepNesting() {
    var definite = new byte[200_000];
    Arrays.fill(definite, (byte) 0x30);
    var indefinite = new byte[200_000];
    for (var i = 0; i < indefinite.length; i += 2) {
      indefinite[i] = 0x30;
      indefinite[i + 1] = (byte) 0x80;
    }
    feed(definite);
    feed(indefinite);
    feed(nested(5_000));
    feed(pem("PRIVATE KEY", nested(5_000)));
    feed(pem("CERTIFICATE", nested(5_000)));
  }

  private static byte[] nested(int depth) {
    var content = new byte[0];
    for (var i = 0; i < depth; i++) {
      var head =
          new byte[] {
            0x30,
            (byte) 0x83,
            (byte) (content.length >> 16),
            (byte) (content.length >> 8),
            (byte) content.length
          };
      var outer = Arrays.copyOf(head, head.length + content.length);
      System.arraycopy(content, 0, outer, head.length, content.length);
      content = outer;
    }
    return content;
  }

  private static List<byte[]> goodInputs() throws Exception {
    var key = KEY;
    var certificate = TestAuthority.selfSigned(TestAuthority.wish().key(key));
    var info = PrivateKeyInfo.getInstance(key.getPrivate().getEncoded());
    var encryptor =
        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_128_CBC)
            .setProvider(new BouncyCastleProvider())
            .setIterationCount(10)
            .setPassword("secret".toCharArray())
            .build();
    var inputs = new ArrayList<byte[]>();
    inputs.add(certificate.getEncoded());
    inputs.add(Pem.of(List.of(certificate)).getBytes(StandardCharsets.US_ASCII));
    inputs.add(key.getPrivate().getEncoded());
    inputs.add(Pem.of(key.getPrivate()).getBytes(StandardCharsets.US_ASCII));
    inputs.add(info.parsePrivateKey().toASN1Primitive().getEncoded());
    inputs.add(new JcaPKCS8Generator(key.getPrivate(), encryptor).generate().getContent());
    inputs.add(store(key, certificate));
    return inputs;
  }

  private static byte[] store(KeyPair key, X509Certificate certificate) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var secret = "secret".toCharArray();
    store.setKeyEntry("a", key.getPrivate(), secret, new Certificate[] {certificate});
    var out = new ByteArrayOutputStream();
    store.store(out, secret);
    return out.toByteArray();
  }

  private byte[] damaged(byte[] good) {
    var bytes =
        random.nextInt(10) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
    for (var changes = random.nextInt(4); changes >= 0 && bytes.length > 0; changes--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static byte[] pem(String label, byte[] content) {
    var base64 = Base64.getEncoder().encodeToString(content);
    return ("-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void feed(byte[] input) {
    attempt(input, () -> KeyReader.read(input, SECRET));
    attempt(
        input,
        () -> {
          for (var certificate : CertificateReader.read(input, SECRET)) {
            CertificateFacts.of(certificate);
            var key = KEY.getPrivate();
            var text = Pem.of(key);
            CustomCertificate.read(
                    encoded(certificate), text.getBytes(StandardCharsets.US_ASCII), SECRET)
                .check("api.contoso.test", NOW, TrustedRoots.of(List.of()));
          }
        });
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException fault) {
      throw new AssertionError(fault);
    }
  }

  private void attempt(byte[] input, Runnable reader) {
    try {
      reader.run();
    } catch (CertificateFault fault) {
      assertThat(fault).hasMessageContaining("The ");
    } catch (Throwable fault) {
      var hex = HexFormat.of().formatHex(input, 0, Math.min(input.length, 2000));
      fail("seed " + seed + ", input " + hex, fault);
    }
  }
}
