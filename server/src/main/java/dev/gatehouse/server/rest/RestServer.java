package dev.gatehouse.server.rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Serves a router over HTTP/1.1 on a Unix socket, each request on a virtual thread of its own. */
public final class RestServer implements AutoCloseable {
  private static final int MAX_HEADER_BYTES = 64 * 1024;

  private final Server server;
  private final Path socket;

  /** The socket's path may have at most 107 bytes; an old file there is removed at the start. */
  public RestServer(Router router, Path socket) {
    this.socket = socket;
    var threads = new QueuedThreadPool(8, 1);
    threads.setName("rest");
    threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server = new Server(threads);
    var http = new HttpConfiguration();
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    http.setUriCompliance(org.eclipse.jetty.http.UriCompliance.UNSAFE);
    var connector = new UnixDomainServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setUnixDomainPath(socket);
    connector.setIdleTimeout(120_000);
    server.addConnector(connector);
    server.setHandler(new Bridge(router));
  }

  public void start() throws IOException {
    Files.deleteIfExists(socket);
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException(
          "the control plane cannot listen on " + socket + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
      Files.deleteIfExists(socket);
    } catch (Exception e) {
      throw new IllegalStateException("the control plane did not stop: " + e.getMessage(), e);
    }
  }

  /** Between Jetty's request and ours. */
  private static final class Bridge extends Handler.Abstract {
    private final Router router;

    Bridge(Router router) {
      this.router = router;
    }

    @Override
    public boolean handle(
        org.eclipse.jetty.server.Request in,
        org.eclipse.jetty.server.Response out,
        Callback callback)
        throws Exception {
      Response answer = router.handle(translate(in));
      out.setStatus(answer.status());
      answer.headers().forEach((name, value) -> out.getHeaders().put(name, value));
      if (answer.status() != 204 && answer.status() != 304) {
        out.getHeaders().put("Content-Length", Long.toString(answer.length()));
      }
      try (var stream = Content.Sink.asOutputStream(out)) {
        if (!"HEAD".equals(in.getMethod())) {
          answer.writeTo(stream);
        }
      }
      callback.succeeded();
      return true;
    }

    private static Request translate(org.eclipse.jetty.server.Request in) {
      Map<String, String> headers = new HashMap<>();
      for (HttpField field : in.getHeaders()) {
        headers.putIfAbsent(
            field.getName().toLowerCase(Locale.ROOT),
            field.getValue() == null ? "" : field.getValue());
      }
      String query = in.getHttpURI().getQuery();
      return new Request(
          in.getMethod(),
          in.getHttpURI().getPath(),
          Map.of(),
          query == null ? Map.of() : Request.decodePairs(query),
          headers,
          Content.Source.asInputStream(in),
          in.getLength(),
          Caller.ANONYMOUS);
    }
  }
}
