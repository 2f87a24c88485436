package dev.gatehouse.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.TestServer.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoringClientTest {
  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ScoringClient.Scored post(Address gateway, String host, String path)
      throws IOException {
    var client = new ScoringClient(Trust.of(server.ca), gateway, Duration.ofSeconds(5));
    URI uri = URI.create("https://" + host + ":" + gateway.port() + path);
    return client.post(uri, Map.of("Authorization", "Bearer k"), "{\"data\":[1]}");
  }

  @Test
  void reachesANameThatNobodyResolves() throws IOException {
    server.on("POST /score", call -> Answer.ok(call.body()));
    var scored = post(server.address(), TestServer.NAME, "/score?a=b");
    assertThat(scored.status()).isEqualTo(200);
    assertThat(scored.body()).isEqualTo("{\"data\":[1]}");
    assertThat(scored.protocol()).isEqualTo("TLSv1.3");
    assertThat(server.calls.getLast().headers().get("Host"))
        .containsExactly(TestServer.NAME + ":" + server.address().port());
    assertThat(ServedCertificate.of(scored.certificate()).issuer()).isEqualTo("CN=test");
  }

  @Test
  void readsAnAnswerInPieces() throws IOException {
    String long_ = "x".repeat(100_000);
    server.on("POST /chunked", _ -> new Answer(502, long_, Map.of("X-Chunked", "1")));
    var scored = post(server.address(), TestServer.NAME, "/chunked");
    assertThat(scored.status()).isEqualTo(502);
    assertThat(scored.body()).isEqualTo(long_);
  }

  @Test
  void refusesACertificateForAnotherName() {
    assertThatThrownBy(() -> post(server.address(), "other.gatehouse.localhost", "/score"))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void refusesAnAddressWithoutTls() throws IOException {
    var client = new ScoringClient(Trust.of(server.ca), server.address(), Duration.ofSeconds(5));
    assertThatThrownBy(() -> client.post(URI.create("http://a/score"), Map.of(), "{}"))
        .hasMessageContaining("not served over TLS");
  }

  @Test
  void readsToTheEndWhereNoLengthIsGiven() throws Exception {
    assertThat(raw("HTTP/1.1 200 OK\r\n\r\nall of it").body()).isEqualTo("all of it");
  }

  @Test
  void noticesAnswersThatAreCutOffOrNoHttp() {
    assertThatThrownBy(() -> raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"))
        .hasMessageContaining("5 of 9 bytes");
    assertThatThrownBy(() -> raw("HTTP/1.1 200 OK\r\nContent-Le")).hasMessageContaining("head");
    assertThatThrownBy(() -> raw("SSH-2.0\r\n\r\n")).hasMessageContaining("not HTTP");
    assertThatThrownBy(() -> raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))
        .hasMessageContaining("more than");
  }

  /** The answer of a server that says exactly this and closes. */
  private static ScoringClient.Scored raw(String answer) throws Exception {
    try (var listener =
        (SSLServerSocket)
            server
                .context
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try (var socket = listener.accept()) {
              socket.getInputStream().read(new byte[4096]);
              socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      return post(new Address("127.0.0.1", listener.getLocalPort()), TestServer.NAME, "/");
    }
  }
}
