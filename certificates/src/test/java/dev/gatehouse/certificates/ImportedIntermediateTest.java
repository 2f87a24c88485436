package dev.gatehouse.certificates;

import static dev.gatehouse.certificates.TestAuthority.DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportedIntermediateTest {
  // The real present, because the openssl command looks at its own clock.
  private static final InstantSource CLOCK = InstantSource.system();
  private static final Signing SIGNING = new Signing(CLOCK, new SecureRandom());
  private static final Permitted PERMITTED =
      new Permitted(List.of("gatehouse.test", "localhost"), List.of("10.0.0.0/8"));

  @TempDir Path folder;
  private OpenSsl openssl;
  private IntermediateRequest request;

  @BeforeEach
  void request() throws IOException {
    openssl = new OpenSsl(folder);
    request = IntermediateRequest.create(PERMITTED, SIGNING.random());
    openssl.write("request.csr", request.pem());
    root("root", "pathlen:2");
  }

  @Test
  void carriesItsBoundsInTheRequest() {
    assertThat(openssl.attempt("req -in request.csr -noout -text -verify").text())
        .contains(
            "CA:TRUE, pathlen:0",
            "Certificate Sign, CRL Sign",
            "DNS:gatehouse.test",
            "IP:10.0.0.0/255.0.0.0");
    assertThat(request.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void signsLeavesThatClientsOfTheOtherRootAccept() throws IOException {
    openssl.run(
        "req -x509 -newkey rsa:2048 -nodes -keyout middle.key -out middle.crt -subj /CN=Middle -days 90 -CA root.crt"
            + " -CAkey root.key -addext basicConstraints=critical,CA:true,pathlen:1 -addext keyUsage=critical,keyCertSign,cRLSign");
    openssl.run(
        "x509 -req -in request.csr -CA middle.crt -CAkey middle.key -days 60 -copy_extensions copyall -out own.crt");
    var imported = check(pem("root.crt") + pem("own.crt") + pem("middle.crt"));

    assertThat(imported.pair().chain()).hasSize(2);
    var leaf =
        new Intermediate(imported.pair(), PERMITTED, SIGNING)
            .issue(List.of("a.gatehouse.test"), DAY.multipliedBy(90));
    assertThat(leaf.leaf().getNotAfter()).isEqualTo(imported.pair().leaf().getNotAfter());
    openssl.write("leaf.pem", Pem.of(leaf.chain().subList(0, 1)));
    openssl.write("rest.pem", Pem.of(leaf.chain().subList(1, 3)));
    openssl.run("verify -x509_strict -CAfile root.crt -untrusted rest.pem leaf.pem");
    assertThat(ImportedIntermediate.under(imported.root(), leaf)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CA:false                    | keyCertSign         | DNS:gatehouse.test             | it is no authority",
        "CA:true                     | digitalSignature    | DNS:gatehouse.test             | lacks keyCertSign",
        "CA:true                     | keyCertSign         | DNS:elsewhere.test             | do not allow 'gatehouse.test'",
        "CA:true                     | keyCertSign         | DNS:gatehouse.test             | do not allow 'localhost'"
      })
  void refusesAnIntermediateThatCannotSign(
      String basic, String usage, String constraint, String sentence) throws IOException {
    openssl.write(
        "wrong.cnf",
        "basicConstraints=critical,%s\nkeyUsage=critical,%s\nnameConstraints=critical,permitted;%s\n"
            .formatted(basic, usage, constraint));
    openssl.run(
        "x509 -req -in request.csr -CA root.crt -CAkey root.key -days 60 -extfile wrong.cnf -out own.crt");

    assertThatThrownBy(() -> check(pem("own.crt") + pem("root.crt")))
        .isInstanceOf(CertificateFault.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void refusesAPathThatIsTooShort() throws IOException {
    root("root", "pathlen:0");
    sign();

    assertThatThrownBy(() -> check(pem("own.crt") + pem("root.crt")))
        .hasMessageContaining("path length 0 allows fewer");
  }

  @Test
  void refusesWhatIsOverOrIncompleteOrForAnotherKey() throws IOException {
    sign();
    var late = new Signing(InstantSource.offset(CLOCK, DAY.multipliedBy(61)), SIGNING.random());
    var early = new Signing(InstantSource.offset(CLOCK, Duration.ofDays(-2)), SIGNING.random());
    var chain = pem("own.crt") + pem("root.crt");

    assertThatThrownBy(() -> ImportedIntermediate.check(chain, request.key(), PERMITTED, late))
        .hasMessageContaining("expired at");
    assertThatThrownBy(() -> ImportedIntermediate.check(chain, request.key(), PERMITTED, early))
        .hasMessageContaining("not valid before");
    assertThatThrownBy(() -> check(pem("own.crt"))).hasMessageContaining("without the certificate");
    assertThatThrownBy(() -> check(pem("root.crt"))).hasMessageContaining("pending request");
  }

  @Test
  void listsWhatIsRevokedForOpenssl() throws IOException {
    var signing = naming(false);
    var authority = EmbeddedAuthority.create(PERMITTED, signing);
    var good = authority.issue(List.of("a.gatehouse.test"), DAY);
    var bad = authority.issue(List.of("a.gatehouse.test"), DAY);
    var entry =
        new RevocationList.Entry(
            bad.leaf().getSerialNumber(), CLOCK.instant(), RevocationList.Reason.SUPERSEDED);
    var material = authority.material();
    write("i.crl", RevocationList.sign(material.intermediate(), 7, signing, List.of(entry)));
    write("r.crl", RevocationList.sign(material.root(), 8, signing, List.of()));
    openssl.write("ca.pem", authority.rootPem());
    openssl.write("own.crt", Pem.of(material.intermediate().chain()));
    openssl.write("good.pem", Pem.of(good.chain()));
    openssl.write("bad.pem", Pem.of(bad.chain()));
    var verify =
        "verify -crl_check_all -CAfile ca.pem -untrusted own.crt -CRLfile i.pem -CRLfile r.pem ";

    assertThat(openssl.attempt("crl -in i.pem -noout -text -CAfile own.crt").text())
        .contains("verify OK", "Superseded", "X509v3 CRL Number: \n                7");
    openssl.run(verify + "good.pem");
    assertThat(openssl.attempt(verify + "bad.pem").text()).contains("certificate revoked");
    assertThat(openssl.attempt("x509 -in good.pem -noout -text").text())
        .contains(
            "URI:http://127.0.0.1/crl/"
                + Signing.id(material.intermediate().leaf().getPublicKey())
                + ".crl");
    assertThat(openssl.attempt("x509 -in own.crt -noout -text").text()).doesNotContain("URI:");
    assertThat(RevocationList.signedBy(material.intermediate())).isTrue();
  }

  @Test
  void namesTheListInItsIntermediateWhenTheAddressLasts() throws IOException {
    var material = EmbeddedAuthority.create(PERMITTED, naming(true)).material();
    openssl.write("own.crt", Pem.of(material.intermediate().chain()));
    assertThat(openssl.attempt("x509 -in own.crt -noout -text").text())
        .contains("/crl/" + Signing.id(material.root().leaf().getPublicKey()) + ".crl");
  }

  private static Signing naming(boolean lasting) {
    var lists = new Signing.Lists(java.net.URI.create("http://127.0.0.1/crl"), lasting);
    return new Signing(CLOCK, SIGNING.random(), lists);
  }

  private void write(String name, byte[] der) throws IOException {
    openssl.write(name.replace(".crl", ".pem"), Pem.block("X509 CRL", der));
  }

  private void root(String name, String path) {
    openssl.run(
        "req -x509 -newkey rsa:2048 -nodes -keyout %1$s.key -out %1$s.crt -subj /CN=%2$s -days 99 -addext basicConstraints=critical,CA:true,%2$s -addext keyUsage=critical,keyCertSign,cRLSign"
            .formatted(name, path));
  }

  private void sign() {
    openssl.run(
        "x509 -req -in request.csr -CA root.crt -CAkey root.key -days 60 -copy_extensions copyall -out own.crt");
  }

  private String pem(String file) throws IOException {
    return new String(openssl.read(file), StandardCharsets.US_ASCII);
  }

  private ImportedIntermediate check(String chain) {
    return ImportedIntermediate.check(chain, request.key(), PERMITTED, SIGNING);
  }
}
