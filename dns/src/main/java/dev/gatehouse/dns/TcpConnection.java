package dev.gatehouse.dns;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Header;

/** One client's questions, in their order, until it stays silent, hangs up or sends no DNS. */
final class TcpConnection {
  private static final Logger log = LoggerFactory.getLogger(TcpConnection.class);
  private static final int PREFIX = 2;

  private final Socket socket;
  private final Responder responder;
  private final Duration idle;
  private volatile long lastAsked = System.nanoTime();

  TcpConnection(Socket socket, Responder responder, Duration idle) {
    this.socket = socket;
    this.responder = responder;
    this.idle = idle;
  }

  /** How long ago the last whole question came, in nanoseconds. */
  long silence(long now) {
    return now - lastAsked;
  }

  /** Ends {@link #run} wherever it is, even in a write that the client does not take. */
  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("Closing a TCP connection failed", e);
    }
  }

  void run() {
    try (socket) {
      socket.setTcpNoDelay(true);
      boolean open = true;
      while (open) {
        open = answerOne();
      }
    } catch (IOException e) {
      log.debug("A TCP client left: {}", e.toString());
    }
  }

  private boolean answerOne() throws IOException {
    long deadline = System.nanoTime() + idle.toNanos();
    var prefix = new byte[PREFIX];
    if (!fill(prefix, deadline)) {
      return false;
    }
    int length = Short.toUnsignedInt(ByteBuffer.wrap(prefix).getShort());
    if (length < Header.LENGTH) {
      return false;
    }
    var asked = new byte[length];
    if (!fill(asked, deadline)) {
      return false;
    }
    // Before the answer: a client that has it must not count as silent any more.
    lastAsked = System.nanoTime();
    var answer = responder.answer(asked, Transport.TCP);
    if (answer.isPresent()) {
      byte[] bytes = answer.get();
      // One write, hence one segment where it fits (RFC 7766 section 8).
      var framed = ByteBuffer.allocate(PREFIX + bytes.length).putShort((short) bytes.length);
      socket.getOutputStream().write(framed.put(bytes).array());
    }
    return true;
  }

  /** Reads until full; the deadline holds for the whole, so that dripping bytes buys no time. */
  private boolean fill(byte[] target, long deadline) throws IOException {
    InputStream in = socket.getInputStream();
    for (int have = 0; have < target.length; ) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      // 0 would mean for ever.
      socket.setSoTimeout((int) Math.max(1, left));
      int read = left < 0 ? -1 : in.read(target, have, target.length - have);
      if (read < 0) {
        return false;
      }
      have += read;
    }
    return true;
  }
}
