package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks a runner whether it serves. */
final class HealthProbe {

  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private HealthProbe() {}

  /**
   * True when the socket accepts and {@code GET /} is answered with 200; blocks while run() holds
   * up the answer.
   */
  static boolean healthy(Path socket) {
    if (!Files.exists(socket)) {
      return false;
    }
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(REQUEST));
      var answer = ByteBuffer.allocate(4096);
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        // to the end: the runner closes
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1)
          .startsWith("HTTP/1.1 200 ");
    } catch (IOException _) {
      return false; // bound but not listening yet, or gone
    }
  }
}
