package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.CertifiedKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProofsTest {
  private static final String PATH = "/.well-known/acme-challenge/token-1";

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(folder);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  @Test
  void showsTheFileOfTheNameOverPlainHttpForAsLongAsItIsThere() throws Exception {
    scene.gateway.update(
        now -> now.withProofs(proofs -> proofs.withFile("A.example.org", PATH, "token-1.print")));
    var found = get("a.example.org:8080", PATH);
    assertThat(found.status()).isEqualTo(200);
    assertThat(found.body()).isEqualTo("token-1.print");
    assertThat(found.header("content-type")).isEqualTo("application/octet-stream");
    assertThat(get("b.example.org", PATH).status()).isEqualTo(404);
    assertThat(get("a.example.org", PATH + "2").status()).isEqualTo(404);
    scene.gateway.update(
        now -> now.withProofs(proofs -> proofs.withoutFile("a.example.org", PATH)));
    assertThat(get("a.example.org", PATH).status()).isEqualTo(404);
    assertThat(scene.gateway.snapshot().proofs()).isEqualTo(Proofs.NONE);
  }

  @Test
  void showsNoFileOverTls() throws Exception {
    scene.serve();
    scene.gateway.update(
        now -> now.withProofs(proofs -> proofs.withFile("localhost", PATH, "token-1.print")));
    assertThat(scene.wire().ask(Scene.get(PATH)).status()).isEqualTo(404);
  }

  @Test
  void showsTheCertificateOfTheNameToAnAuthorityAlone() throws Exception {
    var proof = Scene.AUTHORITY.issue("localhost");
    scene.gateway.update(
        now -> now.withProofs(proofs -> proofs.withCertificate("localhost", proof)));
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      var look = look("localhost", version, Proofs.PROTOCOL);
      assertThat(look.certificate()).isEqualTo(proof.leaf());
      assertThat(look.protocol()).isEqualTo(Proofs.PROTOCOL);
      assertThat(look.closed()).isTrue();
    }
    assertThat(look("localhost", "TLSv1.3", "http/1.1").certificate()).isEqualTo(ours());
    assertThat(look("localhost", "TLSv1.3", "http/1.1", Proofs.PROTOCOL).certificate())
        .isEqualTo(ours());
    assertThat(scene.wire().shown()).isEqualTo(ours());
    assertThatThrownBy(() -> look("other.example.org", "TLSv1.3", Proofs.PROTOCOL))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("unrecognized_name");
  }

  @Test
  void takesBackItsOwnCertificateAndNoOther() throws Exception {
    var first = Scene.AUTHORITY.issue("localhost");
    var second = Scene.AUTHORITY.issue("localhost");
    show(first);
    show(second);
    hide(first);
    assertThat(look("localhost", "TLSv1.3", Proofs.PROTOCOL).certificate())
        .isEqualTo(second.leaf());
    hide(second);
    var look = look("localhost", "TLSv1.3", Proofs.PROTOCOL);
    assertThat(look.certificate()).isEqualTo(ours());
    assertThat(look.protocol()).isEmpty();
  }

  private void show(CertifiedKey pair) {
    scene.gateway.update(
        now -> now.withProofs(proofs -> proofs.withCertificate("localhost", pair)));
  }

  private void hide(CertifiedKey pair) {
    scene.gateway.update(
        now -> now.withProofs(proofs -> proofs.withoutCertificate("localhost", pair)));
  }

  private static X509Certificate ours() {
    return Scene.LOCALHOST.leaf();
  }

  private Wire.Reply get(String host, String path) throws IOException {
    return scene.plain().ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  }

  private record Look(X509Certificate certificate, String protocol, boolean closed) {}

  /** A handshake, and whether the other end hangs up after it. */
  private Look look(String name, String version, String... protocols) throws IOException {
    var address = scene.gateway.https();
    try (var socket =
        (SSLSocket)
            Scene.AUTHORITY
                .trusting()
                .getSocketFactory()
                .createSocket(address.getAddress(), address.getPort())) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      parameters.setApplicationProtocols(protocols);
      parameters.setProtocols(new String[] {version});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      var shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      boolean proof = Proofs.PROTOCOL.equals(socket.getApplicationProtocol());
      return new Look(shown, socket.getApplicationProtocol(), proof && new Wire(socket).closed());
    }
  }
}
