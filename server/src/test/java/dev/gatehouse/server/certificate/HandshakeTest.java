package dev.gatehouse.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Permitted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

class HandshakeTest {
  @Test
  void readsTheSerialThatIsServed() throws Exception {
    var random = new SecureRandom();
    var pair =
        EmbeddedAuthority.create(
                new Permitted(List.of("test"), List.of()), InstantSource.system(), random)
            .issue(List.of("a.test"), Duration.ofDays(1));
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("a", pair.key(), new char[0], pair.chain().toArray(Certificate[]::new));
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, new char[0]);
    var context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, random);
    try (var server =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.startVirtualThread(() -> serve(server));
      var proof = new Handshake(() -> new InetSocketAddress("127.0.0.1", server.getLocalPort()));
      assertThat(proof.serial("a.test")).isEqualTo(pair.leaf().getSerialNumber());
    }
  }

  @Test
  void failsWhenNobodyListens() throws Exception {
    int port;
    try (var gone = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      port = gone.getLocalPort();
    }
    assertThatThrownBy(
            () -> new Handshake(() -> new InetSocketAddress("127.0.0.1", port)).serial("a.test"))
        .isInstanceOf(IOException.class);
  }

  private static void serve(ServerSocket server) {
    try (var socket = (SSLSocket) server.accept()) {
      socket.startHandshake();
    } catch (IOException _) {
      // The test ends with a closed socket.
    }
  }
}
