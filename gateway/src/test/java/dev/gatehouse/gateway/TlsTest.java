package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
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
  void showsTheCertificateOfTheExactName() throws Exception {
    var pair = Scene.AUTHORITY.issue("a.example.org");
    var wild = Scene.AUTHORITY.issue("*.example.org");
    scene.gateway.update(
        now -> now.withCertificate("A.example.org", pair).withCertificate("*.example.org", wild));
    assertThat(scene.wire("a.example.org").shown()).isEqualTo(pair.leaf());
    assertThat(scene.wire("b.example.org").shown()).isEqualTo(wild.leaf());
  }

  @Test
  void aWildcardCoversOneLabelOnly() {
    var wild = Scene.AUTHORITY.issue("*.example.org");
    scene.gateway.update(now -> now.withCertificate("*.example.org", wild));
    assertThatThrownBy(() -> scene.wire("x.y.example.org"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("unrecognized_name");
  }

  @Test
  void showsTheFallbackToAClientWithoutServerName() throws Exception {
    assertThat(scene.wire("").shown()).isEqualTo(Scene.FALLBACK.leaf());
  }

  @Test
  void refusesAnUnknownNameWithAnAlert() {
    assertThatThrownBy(() -> scene.wire("nobody.example.org"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("unrecognized_name");
  }

  @Test
  void speaksTls13And12() throws Exception {
    for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
      var wire =
          scene.closing(
              Wire.tls(Scene.AUTHORITY.trusting(), scene.gateway.https(), "localhost", version));
      assertThat(((SSLSocket) wire.socket).getSession().getProtocol()).isEqualTo(version);
    }
  }

  @Test
  void refusesTls11And10() throws Exception {
    for (int minor : new int[] {2, 1}) {
      var address = scene.gateway.https();
      try (var socket = new Socket(address.getAddress(), address.getPort())) {
        socket.setSoTimeout(5_000);
        socket.getOutputStream().write(hello(minor));
        byte[] alert = socket.getInputStream().readNBytes(7);
        assertThat(alert[0]).as("alert").isEqualTo((byte) 21);
        assertThat(alert[6]).as("protocol_version").isEqualTo((byte) 70);
      }
    }
  }

  /** A ClientHello of TLS 1.{minor - 1} without extensions. */
  private static byte[] hello(int minor) {
    var body = new byte[2 + 32 + 1 + 2 + 4 + 2];
    body[0] = 3;
    body[1] = (byte) minor;
    body[36] = 4;
    body[37] = (byte) 0xc0;
    body[38] = 0x09;
    body[39] = (byte) 0xc0;
    body[40] = 0x13;
    body[41] = 1;
    var record = new byte[9 + body.length];
    record[0] = 22;
    record[1] = 3;
    record[2] = 1;
    record[4] = (byte) (4 + body.length);
    record[5] = 1;
    record[8] = (byte) body.length;
    System.arraycopy(body, 0, record, 9, body.length);
    return record;
  }

  @Test
  void speaksHttp2AndHttp11() throws Exception {
    var replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    for (var version : HttpClient.Version.values()) {
      if (version == HttpClient.Version.HTTP_2 || version == HttpClient.Version.HTTP_1_1) {
        var answer =
            scene
                .client(version)
                .send(
                    scene.request("/api/v1/service/s/score").build(),
                    HttpResponse.BodyHandlers.ofString());
        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void resumesASessionWithATicketAlsoAfterTheKeysHaveRotated() throws Exception {
    var context = Scene.AUTHORITY.trusting();
    long first = session(context);
    assertThat(session(context)).isEqualTo(first);
    scene.gateway.rotateTickets();
    assertThat(session(context)).isEqualTo(first);
    scene.gateway.rotateTickets();
    scene.gateway.rotateTickets();
    assertThat(session(context)).isNotEqualTo(first);
  }

  private long session(javax.net.ssl.SSLContext context) throws Exception {
    try (var wire = Wire.tls(context, scene.gateway.https(), "localhost", "TLSv1.2")) {
      wire.ask(Scene.get("/"));
      return ((SSLSocket) wire.socket).getSession().getCreationTime();
    }
  }

  @Test
  void hangsUpOnWhatIsNotTls() throws Exception {
    try (var wire = Wire.plain(scene.gateway.https())) {
      wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(wire.closed()).isTrue();
    }
  }

  @Test
  void hangsUpOnASilentClient() throws Exception {
    scene.close();
    scene =
        new Scene(
            folder,
            settings ->
                settings.withTimeouts(
                    new dev.gatehouse.gateway.http.Timeouts(
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1))));
    var address = scene.gateway.https();
    try (var socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(5_000);
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isNegative();
    }
  }

  @Test
  void aNewCertificateIsShownToTheNextHandshakeAndOpenConnectionsLiveOn() throws Exception {
    var replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    var old = scene.wire();
    var renewed = Scene.AUTHORITY.issue("localhost");
    scene.gateway.update(now -> now.withCertificate("localhost", renewed));
    assertThat(scene.wire().shown()).isEqualTo(renewed.leaf());
    assertThat(old.shown()).isEqualTo(Scene.LOCALHOST.leaf());
    assertThat(old.ask(Scene.get("/api/v1/service/s/score")).status()).isEqualTo(200);
  }
}
