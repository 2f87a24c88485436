package dev.gatehouse.api;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Posts JSON to one URI again and again over a connection that is made when it is needed and kept
 * as long as the server keeps it; used by one thread at a time.
 */
public final class KeptConnection implements AutoCloseable {
  private final Trust trust;
  private final Address gateway;
  private final URI uri;
  private final String head;
  private final int millis;
  private Optional<Line> line = Optional.empty();

  private record Line(Socket socket, InputStream in) {}

  /** The gateway is where the URI's name leads to; the key is sent with each request. */
  public KeptConnection(
      Trust trust, Address gateway, URI uri, Optional<Secret> key, Duration patience) {
    this.trust = trust;
    this.gateway = gateway.reachable();
    this.uri = uri;
    this.millis = Math.toIntExact(patience.toMillis());
    this.head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n%sContent-Length: "
            .formatted(
                uri.getRawPath(),
                uri.getRawAuthority(),
                key.map(secret -> "Authorization: Bearer " + secret.value() + "\r\n").orElse(""));
  }

  /** Returns the status; after a fault the next call makes a new connection. */
  public int post(String json) throws IOException {
    Line to = line.isPresent() ? line.get() : open();
    line = Optional.of(to);
    try {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      byte[] begin = (head + body.length + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
      var all = new byte[begin.length + body.length];
      System.arraycopy(begin, 0, all, 0, begin.length);
      System.arraycopy(body, 0, all, begin.length, body.length);
      to.socket().getOutputStream().write(all);
      ScoringClient.Answer answer = ScoringClient.read(to.in());
      if (answer.last()) {
        close();
      }
      return answer.status();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Line open() throws IOException {
    var plain = new Socket();
    try {
      plain.setOption(StandardSocketOptions.TCP_NODELAY, true);
      plain.connect(gateway.socket(), millis);
      plain.setSoTimeout(millis);
      Socket socket =
          "https".equals(uri.getScheme())
              ? ScoringClient.secured(trust, plain, uri.getHost(), gateway.port())
              : plain;
      return new Line(socket, new BufferedInputStream(socket.getInputStream()));
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      if (line.isPresent()) {
        line.get().socket().close();
      }
    } catch (IOException _) {
      // It is not used any more.
    }
    line = Optional.empty();
  }
}
