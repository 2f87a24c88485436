package dev.gatehouse.server.telemetry;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An endpoint of OTLP that keeps what it gets as it came. */
final class Receiver implements AutoCloseable {
  final BlockingQueue<Post> posts = new LinkedBlockingQueue<>();
  volatile int status = 200;
  private final HttpServer server;

  record Post(String path, String type, String key, byte[] body) {}

  Receiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          posts.add(
              new Post(
                  exchange.getRequestURI().getPath(),
                  headers.getFirst("Content-Type"),
                  String.valueOf(headers.getFirst("X-Key")),
                  exchange.getRequestBody().readAllBytes()));
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  OtlpEndpoint endpoint() {
    return new OtlpEndpoint(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/in"),
        Map.of("X-Key", "opensesame"),
        Optional.empty());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
