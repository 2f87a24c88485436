package dev.gatehouse.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Answers "METHOD path" with what it was given, over TLS with a certificate of its own. */
final class TestServer implements AutoCloseable {
  static final String NAME = "demo123456.local.gatehouse.localhost";
  private static final char[] PASSWORD = "changeit".toCharArray();

  record Call(String method, String target, Map<String, List<String>> headers, String body) {}

  record Answer(int status, String body, Map<String, String> headers) {
    static Answer ok(String body) {
      return new Answer(200, body, Map.of());
    }
  }

  final List<Call> calls = new ArrayList<>();
  final Path ca;
  final SSLContext context;
  private final HttpsServer server;
  private final Map<String, Function<Call, Answer>> answers = new ConcurrentHashMap<>();

  TestServer(Path folder) throws Exception {
    Path store = folder.resolve("server.p12");
    var keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1,dns:" + NAME,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    keytool.getInputStream().readAllBytes();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool failed");
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    ca = folder.resolve("ca.pem");
    Files.writeString(
        ca,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("server").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", this::handle);
    server.start();
  }

  Address address() {
    return new Address("127.0.0.1", server.getAddress().getPort());
  }

  String base() {
    return "https://" + address();
  }

  TestServer on(String methodAndPath, String body) {
    return on(methodAndPath, _ -> Answer.ok(body));
  }

  TestServer on(String methodAndPath, Function<Call, Answer> answer) {
    answers.put(methodAndPath, answer);
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var uri = exchange.getRequestURI();
      var call =
          new Call(
              exchange.getRequestMethod(),
              uri.toString(),
              Map.copyOf(exchange.getRequestHeaders()),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      calls.add(call);
      Answer answer =
          answers
              .getOrDefault(
                  call.method() + " " + uri.getPath(),
                  _ ->
                      new Answer(
                          404,
                          "{\"error\":{\"code\":\"Nothing\",\"message\":\"none here\"}}",
                          Map.of()))
              .apply(call);
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      boolean chunked = answer.headers().containsKey("X-Chunked");
      exchange.sendResponseHeaders(
          answer.status(), chunked ? 0 : body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Answers what a client asks before it can do anything. */
  TestServer withLogin() {
    on(
        "GET /metadata/endpoints",
        _ ->
            Answer.ok(
                "[{\"authentication\":{\"loginEndpoint\":\"%s/adfs\",\"audiences\":[\"%s/arm\"]}}]"
                    .formatted(base(), base())));
    on(
        "GET /adfs/.well-known/openid-configuration",
        _ -> Answer.ok("{\"token_endpoint\":\"%s/token\"}".formatted(base())));
    return on(
        "POST /token",
        call ->
            call.body().contains("client_secret=right")
                ? Answer.ok("{\"access_token\":\"t\",\"expires_in\":3600}")
                : new Answer(
                    401,
                    "{\"error\":\"invalid_client\",\"error_description\":\"wrong secret\"}",
                    Map.of()));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
