package dev.gatehouse.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server of HTTPS in this process, and a launcher whose process writes the status that points to
 * it: what a command meets, without Gatehouse.
 */
final class FakeServer implements AutoCloseable {
  static final String HOST = "demo123456.local.gatehouse.localhost";
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String ADMIN =
      "{\"tenant\":\"adfs\",\"clientId\":\"me\",\"clientSecret\":\"it's\",\"managedIdentity\":\"/msi/token/x\"}";

  final Path home;
  final Path data;
  final List<String> calls = new ArrayList<>();
  private final HttpsServer server;
  private Process process;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, String> refusals = new ConcurrentHashMap<>();

  FakeServer(Path folder) throws Exception {
    home = Files.createDirectories(folder.resolve("gatehouse-home"));
    data = folder.resolve("data");
    SSLContext context = context(folder);
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", this::handle);
    server.start();
    answers.put(
        "GET /metadata/endpoints",
        "[{\"authentication\":{\"loginEndpoint\":\"%1$s/adfs\",\"audiences\":[\"a\"]}}]"
            .formatted(base()));
    answers.put(
        "GET /adfs/.well-known/openid-configuration",
        "{\"token_endpoint\":\"%s/token\"}".formatted(base()));
    answers.put("POST /token", "{\"access_token\":\"t\",\"expires_in\":3600}");
    Files.writeString(home.resolve("status.json"), status("@PID@"));
    Files.writeString(home.resolve("admin.json"), ADMIN);
    launcher(
        """
        cp "$home/admin.json" "$data/admin.json"
        sed "s/\\"@PID@\\"/$$/" "$home/status.json" > "$data/status.new"
        mv "$data/status.new" "$data/status.json"
        echo "Gatehouse is ready: $*"
        trap 'rm "$data/status.json"; exit 0' TERM
        while :; do sleep 0.05; done
        """);
  }

  /** What {@code home/gatehouse} does with $data set, instead of running a server. */
  void launcher(String script) throws IOException {
    Path file = home.resolve("gatehouse");
    Files.writeString(file, "#!/bin/sh\nhome='" + home + "'\nshift 2\ndata=$1\nshift\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes the data folder look as if that process were a ready server. */
  void pretend(long pid) throws IOException {
    Files.createDirectories(data);
    Files.writeString(data.resolve("admin.json"), ADMIN);
    Files.writeString(data.resolve("status.json"), status("@PID@").replace("\"@PID@\"", "" + pid));
  }

  /** Makes the data folder look as if a server were ready, until this is closed. */
  FakeServer running() throws IOException {
    // Ends at the end of its input, which is when this process ends at the latest.
    process = new ProcessBuilder("sh", "-c", "read end; : gatehouse").start();
    pretend(process.pid());
    return this;
  }

  private String status(String pid) {
    return """
    {"ready":true,"https":"%s","http":"127.0.0.1:2","dns":"0.0.0.0:3","zone":"gatehouse.localhost","region":"local",
     "ca":"%s","pid":"%s","subscription":"s","resourceGroup":"g","workspace":"w"}
    """
        .formatted(address(), home.resolve("ca.pem"), pid);
  }

  private SSLContext context(Path folder) throws Exception {
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
                "san=ip:127.0.0.1,dns:" + HOST,
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
    Files.writeString(
        home.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("server").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  String base() {
    return "https://" + address();
  }

  /** Sets the answer to "METHOD path"; every answer carries the headers of operations. */
  FakeServer on(String methodAndPath, String body) {
    answers.put(methodAndPath, body);
    return this;
  }

  /** Refuses the next such call with a 409 of that code. */
  void refuseOnce(String methodAndPath, String code) {
    refusals.put(methodAndPath, code);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      synchronized (calls) {
        calls.add(call + " " + body);
      }
      // Uploads go to a container with the time in its name.
      String known = call.replaceFirst("(/LocalUpload/).*", "$1*");
      String answer = answers.getOrDefault(known, "{\"message\":\"no answer to " + known + "\"}");
      exchange.getResponseHeaders().set("Azure-AsyncOperation", base() + "/computeOperation");
      exchange.getResponseHeaders().set("Operation-Location", "/operations/o1");
      String refusal = refusals.remove(known);
      if (refusal != null) {
        answer = "{\"code\":\"" + refusal + "\",\"message\":\"not now\"}";
      }
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      int status = refusal != null ? 409 : answers.containsKey(known) ? 200 : 404;
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
    server.stop(0);
  }
}
