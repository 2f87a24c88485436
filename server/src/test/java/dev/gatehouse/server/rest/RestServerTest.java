package dev.gatehouse.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestServerTest {
  @TempDir Path folder;
  private RestServer server;

  @BeforeEach
  void start() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "0123456789");
    var router =
        new Router(_ -> Caller.ANONYMOUS)
            .open(
                "POST",
                "/echo",
                Envelope.ARM,
                r ->
                    Response.text(200, "text/plain", new String(r.bytes(), StandardCharsets.UTF_8)))
            .open(
                "GET",
                "/query",
                Envelope.ARM,
                r -> Response.text(200, "text/plain", r.query("a").orElse("none")))
            .open("GET", "/part", Envelope.ARM, _ -> Response.file(file, 2, 3))
            .open(
                "HEAD",
                "/part",
                Envelope.ARM,
                _ -> new Response(200, java.util.Map.of(), new Response.Body.Described(10)))
            .open("DELETE", "/gone", Envelope.ARM, _ -> Response.empty(204));
    server = new RestServer(router, folder.resolve("s.sock"));
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String exchange(String request) throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(folder.resolve("s.sock")));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String head(String line) {
    return line + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
  }

  @Test
  void readsChunkedBodies() throws IOException {
    String answer =
        exchange(
            head("POST /echo")
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nabc");
  }

  @Test
  void decodesTheQuery() throws IOException {
    assertThat(exchange(head("GET /query?a=x%20y&b=1") + "\r\n")).endsWith("x y");
  }

  @Test
  void sendsThePartOfAFile() throws IOException {
    assertThat(exchange(head("GET /part") + "\r\n"))
        .contains("Content-Length: 3")
        .endsWith("\r\n\r\n234");
  }

  @Test
  void tellsHeadRequestsTheLengthOnly() throws IOException {
    assertThat(exchange(head("HEAD /part") + "\r\n"))
        .contains("Content-Length: 10")
        .endsWith("\r\n\r\n");
  }

  @Test
  void sendsNoBodyWith204() throws IOException {
    assertThat(exchange(head("DELETE /gone") + "\r\n"))
        .contains("204")
        .doesNotContain("Content-Length");
  }

  @Test
  void refusesBodiesThatDoNotFitIntoMemory() throws IOException {
    String answer =
        exchange(
            head("POST /echo") + "Content-Length: " + (Request.MAX_DOCUMENT + 1L) + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 413");
  }
}
