package dev.gatehouse.gateway;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that sends exactly the bytes it is told. */
final class Wire implements Closeable {
  final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  record Reply(int status, TreeMap<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
    in = new java.io.BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  static Wire plain(InetSocketAddress to) throws IOException {
    return new Wire(new Socket(to.getAddress(), to.getPort()));
  }

  /** Shakes hands; an empty name sends no SNI. */
  static Wire tls(SSLContext trust, InetSocketAddress to, String name, String... protocols)
      throws IOException {
    var socket = (SSLSocket) trust.getSocketFactory().createSocket(to.getAddress(), to.getPort());
    socket.setSoTimeout(10_000);
    var parameters = socket.getSSLParameters();
    parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
    if (protocols.length > 0) {
      parameters.setProtocols(protocols);
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return new Wire(socket);
  }

  X509Certificate shown() throws IOException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  Wire send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return this;
  }

  Reply ask(String text) throws IOException {
    return send(text).reply();
  }

  Reply reply() throws IOException {
    return reply(false);
  }

  Reply reply(boolean bodyless) throws IOException {
    String status = line();
    if (status.isEmpty()) {
      throw new IOException("closed without an answer");
    }
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    var body = new ByteArrayOutputStream();
    if (bodyless) {
      // HEAD
    } else if (headers.containsKey("content-length")) {
      body.write(in.readNBytes(Integer.parseInt(headers.get("content-length"))));
    } else if (headers.containsKey("transfer-encoding")) {
      for (int n = Integer.parseInt(line(), 16); n > 0; n = Integer.parseInt(line(), 16)) {
        body.write(in.readNBytes(n));
        line();
      }
      line();
    } else if (!status.startsWith("HTTP/1.1 1")) {
      body.write(in.readAllBytes());
    }
    return new Reply(
        Integer.parseInt(status.substring(9, 12)), headers, body.toString(StandardCharsets.UTF_8));
  }

  /** A chunk of an answer whose head was read as a line. */
  String line() throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /** Whether the other end has closed, once everything it sent is read. */
  boolean closed() {
    try {
      in.readAllBytes();
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
