package dev.gatehouse.gateway;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A replica on a Unix socket; what it does with a request is up to the test. */
final class Replica implements Closeable {
  private final ServerSocketChannel server;
  private final Path socket;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger requests = new AtomicInteger();

  /** Answers by writing to the call's output. */
  interface Script {
    void run(Call call) throws Exception;
  }

  /** One request, with its body unread. */
  static final class Call {
    final String line;
    final Map<String, String> headers;
    final InputStream in;
    final OutputStream out;
    private final SocketChannel channel;
    private boolean bodyRead;

    Call(
        SocketChannel channel,
        String line,
        Map<String, String> headers,
        InputStream in,
        OutputStream out) {
      this.channel = channel;
      this.line = line;
      this.headers = headers;
      this.in = in;
      this.out = out;
    }

    /** Reads the body to its end. */
    byte[] body() throws IOException {
      bodyRead = true;
      var bytes = new ByteArrayOutputStream();
      body(bytes);
      return bytes.toByteArray();
    }

    void body(OutputStream to) throws IOException {
      bodyRead = true;
      if (headers.containsKey("transfer-encoding")) {
        for (int size = chunk(); size > 0; size = chunk()) {
          copy(size, to);
          line(in);
        }
        line(in);
      } else {
        copy(Long.parseLong(headers.getOrDefault("content-length", "0")), to);
      }
    }

    int chunk() throws IOException {
      return Integer.parseInt(line(in), 16);
    }

    private void copy(long bytes, OutputStream to) throws IOException {
      var buffer = new byte[16 * 1024];
      for (long left = bytes; left > 0; ) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (n < 0) {
          throw new IOException("body cut short");
        }
        to.write(buffer, 0, n);
        left -= n;
      }
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    void answer(int status, String body) throws IOException {
      if (!bodyRead) {
        body();
      }
      send(
          "HTTP/1.1 "
              + status
              + " X\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
    }

    void hangUp() throws IOException {
      channel.close();
    }
  }

  Replica(Path socket, Script script) throws IOException {
    this.socket = socket;
    java.nio.file.Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), 1_024);
    Thread.ofVirtual().start(() -> accept(script));
  }

  Path socket() {
    return socket;
  }

  private void accept(Script script) {
    while (server.isOpen()) {
      try {
        var channel = server.accept();
        open.add(channel);
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(channel, script));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(SocketChannel channel, Script script) {
    try (channel) {
      var in = new java.io.BufferedInputStream(Channels.newInputStream(channel), 64 * 1024);
      var out = Channels.newOutputStream(channel);
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        var headers = new LinkedHashMap<String, String>();
        for (String h = line(in); !h.isEmpty(); h = line(in)) {
          int colon = h.indexOf(':');
          headers.merge(
              h.substring(0, colon).toLowerCase(Locale.ROOT),
              h.substring(colon + 1).strip(),
              (a, b) -> a + "," + b);
        }
        requests.incrementAndGet();
        script.run(new Call(channel, line, headers, in, out));
      }
    } catch (Exception e) {
      // The gateway has hung up.
    } finally {
      open.remove(channel);
    }
  }

  private static String line(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1).strip();
  }

  int openConnections() {
    return open.size();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (var channel : open) {
      channel.close();
    }
    java.nio.file.Files.deleteIfExists(socket);
  }
}
