package dev.gatehouse.certificates.acme;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.certificates.CertifiedKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;

/** Answers challenges as a gateway and a DNS server would, on loopback ports of its own. */
final class Challenges implements AutoCloseable {
  private final Map<String, String> files = new ConcurrentHashMap<>();
  private final Map<String, CertifiedKey> certificates = new ConcurrentHashMap<>();
  private final List<String> records = new CopyOnWriteArrayList<>();
  private final List<String> published = new CopyOnWriteArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final int dnsPort = Pebble.freePort();
  private final int managementPort = Pebble.freePort();
  private final HttpServer web;
  private final SSLServerSocket tls;

  Challenges() throws IOException, GeneralSecurityException {
    var loopback = InetAddress.getLoopbackAddress();
    web = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    web.createContext(
        "/",
        exchange -> {
          var host = exchange.getRequestHeaders().getFirst("Host").replaceFirst(":\\d+$", "");
          var file = files.get(host + exchange.getRequestURI().getPath());
          var body = (file == null ? "none" : file).getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(file == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    web.start();
    var context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {new BySni()}, null, null);
    tls = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, loopback);
    Thread.ofVirtual().start(this::serve);
  }

  int httpPort() {
    return web.getAddress().getPort();
  }

  int tlsPort() {
    return tls.getLocalPort();
  }

  int dnsPort() {
    return dnsPort;
  }

  int managementPort() {
    return managementPort;
  }

  /** What was published, in order. */
  List<String> published() {
    return List.copyOf(published);
  }

  /** What is still to be seen. */
  List<String> left() {
    var left = new java.util.ArrayList<String>(files.keySet());
    left.addAll(certificates.keySet());
    left.addAll(records);
    return left;
  }

  ChallengeSolver.Http01 byFile() {
    return (name, path, content) -> {
      published.add("http-01 " + name);
      files.put(name + path, content);
      return () -> files.remove(name + path);
    };
  }

  ChallengeSolver.Dns01 byRecord() {
    return (name, value) -> {
      published.add("dns-01 " + name);
      records.add(name);
      manage("set-txt", "{\"host\": \"%s\", \"value\": \"%s\"}".formatted(name, value));
      return () -> {
        records.remove(name);
        if (!records.contains(name)) {
          manage("clear-txt", "{\"host\": \"%s\"}".formatted(name));
        }
      };
    };
  }

  ChallengeSolver.TlsAlpn01 byCertificate() {
    return (name, certificate) -> {
      published.add("tls-alpn-01 " + name);
      certificates.put(name, certificate);
      return () -> certificates.remove(name);
    };
  }

  @Override
  public void close() throws IOException {
    web.stop(0);
    tls.close();
  }

  private void manage(String action, String body) throws IOException {
    try {
      var answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + managementPort + "/" + action))
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      if (answer.statusCode() != 200) {
        throw new IOException(action + " was answered with " + answer.statusCode());
      }
    } catch (InterruptedException fault) {
      throw new IOException(fault);
    }
  }

  private void serve() {
    while (!tls.isClosed()) {
      try {
        var socket = (SSLSocket) tls.accept();
        Thread.ofVirtual().start(() -> shake(socket));
      } catch (IOException _) {
        // Closed, or a client that was gone at once.
      }
    }
  }

  private static void shake(SSLSocket socket) {
    try (socket) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {ChallengeSolver.TlsAlpn01.PROTOCOL});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      socket.getInputStream().read();
    } catch (IOException _) {
      // The authority says what it thinks of it.
    }
  }

  private final class BySni extends X509ExtendedKeyManager {
    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      var session = (ExtendedSSLSession) ((SSLSocket) socket).getHandshakeSession();
      return session.getRequestedServerNames().stream()
          .map(name -> ((SNIHostName) name).getAsciiName())
          .filter(name -> keyType.equals("EC") && certificates.containsKey(name))
          .findFirst()
          .orElse(null);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return certificates.get(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return certificates.get(alias).key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return certificates.keySet().toArray(String[]::new);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
      return null;
    }
  }
}
