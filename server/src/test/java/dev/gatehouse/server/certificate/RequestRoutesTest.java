package dev.gatehouse.server.certificate;

import static dev.gatehouse.server.compute.Platform.ROOT;
import static dev.gatehouse.server.compute.Platform.custom;
import static dev.gatehouse.server.compute.Platform.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.certificates.KeyChoice;
import dev.gatehouse.certificates.Mint;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.server.compute.Platform;
import dev.gatehouse.server.rest.Requests;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RequestRoutesTest {
  private static final String ALL = ROOT + "/certificateRequests";
  private static final String WWW = "{\"cname\":\"WWW.contoso.test\"}";

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

  private JsonNode made(String body) {
    var answer = platform.send("POST", ALL, body);
    assertThat(answer.status()).as(Requests.text(answer)).isEqualTo(201);
    return json(answer);
  }

  private List<String> open(String member) {
    return json(platform.send("GET", ALL, ""))
        .path("value")
        .valueStream()
        .map(each -> each.path(member).asString(""))
        .toList();
  }

  /** What an authority of the user's makes of a request. */
  private X509Certificate signed(String csr) throws Exception {
    PKCS10CertificationRequest request;
    try (var parser = new PEMParser(new StringReader(csr))) {
      request = (PKCS10CertificationRequest) parser.readObject();
    }
    var random = new SecureRandom();
    var own = Mint.newKey("secp256r1", random);
    var now = platform.clock.instant();
    var names =
        GeneralNames.fromExtensions(
            request.getRequestedExtensions(), Extension.subjectAlternativeName);
    return new Mint(
            new X500Name("CN=Own"),
            request.getSubject(),
            new JcaPEMKeyConverter().getPublicKey(request.getSubjectPublicKeyInfo()),
            new Mint.Life(now, now.plus(Duration.ofDays(30))),
            random)
        .with(Extension.subjectAlternativeName, false, names)
        .sign(own.getPublic(), own.getPrivate(), random);
  }

  @Test
  void findsItsKeyWhenTheCertificateIsBrought() throws Exception {
    var request = made(WWW);
    assertThat(request.path("keyType").asString("")).isEqualTo("EC P-256");
    var leaf = signed(request.path("csr").asString(""));
    platform.made("aks1", custom("www.contoso.test", Pem.of(List.of(leaf)), ""));
    var shown = platform.gateway.get().certificates().get("www.contoso.test");
    assertThat(shown.leaf()).isEqualTo(leaf);
    assertThat(open("id")).isEmpty();
    var again = platform.put("aks2", custom("www.contoso.test", Pem.of(List.of(leaf)), ""));
    assertThat(again.status()).isEqualTo(400);
    assertThat(Requests.text(again)).contains("PrivateKeyMissing", "open request");
  }

  @Test
  void keepsTheKeySealedAndToItself() {
    var answer = platform.send("POST", ALL, WWW);
    assertThat(Requests.text(answer)).doesNotContain("PRIVATE");
    byte[] sealed =
        platform
            .database
            .jdbi()
            .withHandle(h ->
                h.createQuery("SELECT sealed FROM certificate_request").mapTo(byte[].class).one());
    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("PRIVATE");
  }

  @Test
  void listsAndCancelsWhatIsOpen() {
    made(WWW);
    var two =
        made("{\"cname\":\"*.contoso.test\",\"names\":[\"contoso.test\"],\"keyType\":\"p384\"}");
    assertThat(open("cname")).containsExactly("www.contoso.test", "*.contoso.test");
    assertThat(open("keyType")).last().isEqualTo(KeyChoice.EC_P384.text());
    String one = ALL + "/" + two.path("id").asString("");
    assertThat(json(platform.send("GET", one, ""))).isEqualTo(two);
    assertThat(platform.send("DELETE", one, "").status()).isEqualTo(204);
    assertThat(platform.send("DELETE", one, "").status()).isEqualTo(404);
    assertThat(platform.send("GET", one, "").status()).isEqualTo(404);
    assertThat(open("cname")).containsExactly("www.contoso.test");
  }

  @Test
  void refusesWhatNoAuthorityWouldSign() {
    for (String wrong :
        List.of(
            "{}",
            "{\"cname\":\"no name\"}",
            "{\"cname\":\"a.test\",\"names\":\"b.test\"}",
            "{\"cname\":\"a.test\",\"names\":[7]}",
            "{\"cname\":\"a.test\",\"keyType\":\"dsa\"}")) {
      assertThat(platform.send("POST", ALL, wrong).status()).as(wrong).isEqualTo(400);
    }
    var names = new StringBuilder("{\"cname\":\"a.test\",\"names\":[");
    for (int i = 0; i < 100; i++) {
      names.append("\"b").append(i).append(".test\",");
    }
    var answer = platform.send("POST", ALL, names.append("\"c.test\"]}").toString());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(Requests.text(answer)).contains("at most 100");
  }

  @Test
  void isFullAtFifty() {
    for (int i = 0; i < 50; i++) {
      made(WWW);
    }
    var answer = platform.send("POST", ALL, WWW);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(Requests.text(answer)).contains("cancel");
    assertThat(open("id")).hasSize(50);
  }
}
