package dev.gatehouse.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSocket;

/**
 * Calls services by their names at the gateway's address, so that no resolver has to know the
 * names; certificate and name are verified all the same.
 */
public final class ScoringClient {
  private static final int LIMIT = 64 << 20;

  private final Trust trust;
  private final Address gateway;
  private final Duration patience;

  public ScoringClient(Trust trust, Address gateway, Duration patience) {
    this.trust = trust;
    this.gateway = gateway.reachable();
    this.patience = patience;
  }

  /** What came back, over which protocol, and who proved to be there. */
  public record Scored(int status, String body, String protocol, X509Certificate certificate) {}

  /** Posts JSON over TLS; a certificate that is not for the URI's host is an SSLException. */
  public Scored post(URI uri, Map<String, String> headers, String json) throws IOException {
    if (!"https".equals(uri.getScheme())) {
      throw new IOException(uri + " is not served over TLS");
    }
    try (var plain = new Socket()) {
      int millis = Math.toIntExact(patience.toMillis());
      plain.connect(gateway.socket(), millis);
      plain.setSoTimeout(millis);
      try (var socket = secured(plain, uri.getHost())) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        var out = socket.getOutputStream();
        out.write(head(uri, headers, body.length).getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
        return answer(socket);
      }
    }
  }

  private SSLSocket secured(Socket plain, String host) throws IOException {
    return secured(trust, plain, host, gateway.port());
  }

  static SSLSocket secured(Trust trust, Socket plain, String host, int port) throws IOException {
    var socket =
        (SSLSocket) trust.context().getSocketFactory().createSocket(plain, host, port, true);
    var parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(host)));
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static String head(URI uri, Map<String, String> headers, int length) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    var head =
        new StringBuilder("POST " + path + query + " HTTP/1.1\r\n")
            .append("Host: " + uri.getRawAuthority() + "\r\n")
            .append("Content-Type: application/json\r\nContent-Length: " + length + "\r\n")
            .append("Connection: close\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    return head.append("\r\n").toString();
  }

  private static Scored answer(SSLSocket socket) throws IOException {
    Answer answer = read(new BufferedInputStream(socket.getInputStream()));
    return new Scored(
        answer.status(),
        answer.body(),
        socket.getSession().getProtocol(),
        (X509Certificate) socket.getSession().getPeerCertificates()[0]);
  }

  /** One response; {@code last} when the server closes after it. */
  record Answer(int status, String body, boolean last) {}

  static Answer read(InputStream in) throws IOException {
    String first = line(in);
    if (!first.matches("HTTP/1\\.[01] [1-5][0-9][0-9].*")) {
      throw new IOException("the answer is not HTTP: '" + first + "'");
    }
    long length = -1;
    boolean chunked = false;
    boolean last = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(java.util.Locale.ROOT).replace(" ", "");
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring("content-length:".length()));
      }
      chunked |= lower.equals("transfer-encoding:chunked");
      last |= lower.equals("connection:close");
    }
    byte[] body = chunked ? chunks(in) : length < 0 ? bounded(in, LIMIT) : exactly(in, length);
    return new Answer(
        Integer.parseInt(first.substring(9, 12)),
        new String(body, StandardCharsets.UTF_8),
        last || (!chunked && length < 0));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var all = new ByteArrayOutputStream();
    while (true) {
      long size = Long.parseLong(line(in).split(";", 2)[0].strip(), 16);
      if (size == 0) {
        return all.toByteArray();
      }
      all.write(exactly(in, Math.addExact(size, all.size()) > LIMIT ? LIMIT + 1L : size));
      line(in);
    }
  }

  private static byte[] exactly(InputStream in, long length) throws IOException {
    if (length > LIMIT) {
      throw new IOException("the answer has more than " + LIMIT + " bytes");
    }
    byte[] body = in.readNBytes((int) length);
    if (body.length < length) {
      throw new EOFException("the answer ends after " + body.length + " of " + length + " bytes");
    }
    return body;
  }

  private static byte[] bounded(InputStream in, int limit) throws IOException {
    byte[] body = in.readNBytes(limit + 1);
    return exactly(new java.io.ByteArrayInputStream(body), body.length);
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.size() > 16_384) {
        throw new EOFException("the answer ends inside its head");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }
}
