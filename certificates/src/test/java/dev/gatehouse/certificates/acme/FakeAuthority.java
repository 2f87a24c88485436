package dev.gatehouse.certificates.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Permitted;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Answers as told, in ways that a real authority does only on a bad day. */
final class FakeAuthority implements AutoCloseable {
  private static final char[] NONE = new char[0];

  private final HttpsServer server;
  private final AcmeServer address;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  record Answer(int status, String type, Map<String, String> headers, String body) {}

  FakeAuthority() throws Exception {
    var random = new SecureRandom();
    var ca =
        EmbeddedAuthority.create(
            new Permitted(List.of("localhost"), List.of()), Clock.systemUTC(), random);
    var own = ca.issue(List.of("127.0.0.1"), Duration.ofDays(1));
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", own.key(), NONE, own.chain().toArray(Certificate[]::new));
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NONE);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", this::answer);
    server.start();
    address =
        new AcmeServer(
            "Grumpy",
            URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/dir"),
            List.of(ca.material().root().leaf()));
    on("/nonce", 200, Map.of(), "{}");
    on("/account", 201, Map.of("Location", url("/account/1")), "{\"status\": \"valid\"}");
    directory("");
  }

  AcmeServer address() {
    return address;
  }

  String url(String path) {
    return address.directory().resolve(path).toString();
  }

  List<String> asked() {
    return List.copyOf(asked);
  }

  /** {@code more} is JSON that follows the usual members. */
  void directory(String more) {
    on(
        "/dir",
        200,
        Map.of(),
        "{\"newNonce\": \"%s\", \"newAccount\": \"%s\", \"newOrder\": \"%s\"%s}"
            .formatted(url("/nonce"), url("/account"), url("/order"), more));
  }

  void on(String path, int status, Map<String, String> headers, String body) {
    var type = status < 400 ? "application/json" : "application/problem+json";
    answers.put(path, new Answer(status, type, headers, body));
  }

  /** As a proxy before the authority answers: no word of ACME. */
  void onHtml(String path, int status, Map<String, String> headers) {
    answers.put(path, new Answer(status, "text/html", headers, "<h1>Sorry</h1>"));
  }

  void problem(String path, int status, String problem, Map<String, String> headers) {
    on(
        path,
        status,
        headers,
        "{\"type\": \"urn:ietf:params:acme:error:%s\", \"detail\": \"Not today.\"}"
            .formatted(problem));
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var path = exchange.getRequestURI().getPath();
    asked.add(path);
    exchange.getRequestBody().readAllBytes();
    var answer =
        answers.getOrDefault(path, new Answer(404, "text/plain", Map.of(), "no such thing"));
    exchange.getResponseHeaders().add("Replay-Nonce", "bm9uY2U");
    exchange.getResponseHeaders().add("Content-Type", answer.type());
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    var body = answer.body().getBytes(StandardCharsets.UTF_8);
    var head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
