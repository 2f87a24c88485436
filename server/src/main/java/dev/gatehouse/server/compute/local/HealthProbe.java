package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a runner whether it serves. */
final class HealthProbe {

  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private HealthProbe() {}

  /** The same as {@link #healthy(Path)}, but false after so long without an answer. */
  static boolean healthy(Path socket, Duration patience) throws InterruptedException {
    var answer = new FutureTask<>(() -> healthy(socket));
    var asking = Thread.ofVirtual().start(answer);
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      return false;
    } finally {
      asking.interrupt(); // which closes its channel
    }
  }

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
