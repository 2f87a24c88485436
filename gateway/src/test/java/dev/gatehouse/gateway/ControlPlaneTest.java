package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneTest {
  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(folder);
    scene.gateway.update(now -> now.withHost("localhost", new Snapshot.Host.ControlPlane()));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  @Test
  void passesAnyPathAndMethodWithTheHostAsSent() throws Exception {
    scene.controlPlane(call -> call.answer(201, call.line + "|" + call.headers));
    var reply =
        scene
            .wire()
            .ask(
                "PATCH /subscriptions/../x%3A1?a=b HTTP/1.1\r\nHost: LOCALHOST:1\r\n"
                    + "Authorization: Bearer t\r\nContent-Length: 0\r\n\r\n");
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.body())
        .startsWith("PATCH /subscriptions/../x%3A1?a=b HTTP/1.1|")
        .contains("host=LOCALHOST:1", "x-forwarded-host=LOCALHOST:1", "authorization=Bearer t");
  }

  @Test
  void streamsChunksBothWaysAtTheSameTime() throws Exception {
    scene.controlPlane(call -> {
      call.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (int size = call.chunk(); size > 0; size = call.chunk()) {
        byte[] part = call.in.readNBytes(size);
        call.in.readNBytes(2);
        call.send(Integer.toHexString(size) + "\r\n" + new String(part) + "\r\n");
      }
      call.in.readNBytes(2);
      call.send("0\r\n\r\n");
    });
    var wire =
        scene
            .wire()
            .send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    wire.send("5\r\nhello\r\n");
    assertThat(wire.line()).isEqualTo("HTTP/1.1 200 OK");
    while (!wire.line().isEmpty()) {
      // the rest of the head
    }
    assertThat(wire.line() + wire.line()).isEqualTo("5hello");
    wire.send("5\r\nworld\r\n0\r\n\r\n");
    assertThat(wire.line() + wire.line() + wire.line()).isEqualTo("5world0");
  }

  @Test
  void keepsAServerErrorAsItIs() throws Exception {
    scene.controlPlane(call -> call.answer(500, "{}"));
    assertThat(scene.wire().ask(Scene.get("/x")).status()).isEqualTo(500);
  }

  @Test
  void asksToComeBackWhileItDoesNotRun() throws Exception {
    var reply = scene.wire().ask(Scene.get("/x"));
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("retry-after")).isEqualTo("1");
    assertThat(reply.body()).contains("the control plane can't be reached");
  }

  @Test
  void doesNotRepeatAPostThatMayHaveBeenDone() throws Exception {
    var plane =
        scene.controlPlane(call -> {
          if (call.line.startsWith("GET /first")) {
            call.answer(200, "{}");
          } else {
            call.body();
            call.hangUp();
          }
        });
    var wire = scene.wire();
    wire.ask(Scene.get("/first"));
    assertThat(wire.ask(Scene.post("/x", "{}")).status()).isEqualTo(502);
    assertThat(plane.requests).hasValue(2);
  }

  @Test
  void carriesLargeBodiesInLittleMemory() throws Exception {
    long size = 48L * 1024 * 1024;
    scene.controlPlane(call -> {
      if (call.line.startsWith("PUT")) {
        call.body(OutputStream.nullOutputStream());
        call.answer(200, "{}");
      } else {
        call.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
        new Zeros(size).transferTo(call.out);
      }
    });
    for (var version : List.of(HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2)) {
      var client = scene.client(version);
      var zeros = HttpRequest.BodyPublishers.ofInputStream(() -> new Zeros(size));
      var put = scene.request("/x").PUT(HttpRequest.BodyPublishers.fromPublisher(zeros, size));
      assertThat(client.send(put.build(), HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
      var got = client.send(scene.request("/x").build(), HttpResponse.BodyHandlers.ofInputStream());
      try (var body = got.body()) {
        assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(size);
      }
    }
    var memory = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    assertThat(memory.usedDirectMemory()).isLessThan(32L * 1024 * 1024);
  }

  @Test
  void holdsASenderBackWhenTheOtherEndDoesNotRead() throws Exception {
    var hold = new CountDownLatch(1);
    scene.controlPlane(call -> {
      hold.await();
      call.answer(200, "{}");
    });
    var wire = scene.wire();
    int size = 24 * 1024 * 1024;
    wire.send("PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + size + "\r\n\r\n");
    var sent = new java.util.concurrent.atomic.AtomicInteger();
    var sender =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (String part = "x".repeat(64 * 1024); sent.get() < size; ) {
                  wire.send(part);
                  sent.addAndGet(part.length());
                }
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    // Kernel buffers take a few MB; a gateway that gathers would take all.
    assertThat(sender.join(java.time.Duration.ofMillis(500))).isFalse();
    assertThat(sent.get()).isLessThan(size / 2);
    hold.countDown();
    assertThat(wire.reply().status()).isEqualTo(200);
  }

  /** So many zero bytes. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] to, int from, int length) {
      if (left <= 0) {
        return -1;
      }
      int n = (int) Math.min(length, left);
      left -= n;
      return n;
    }
  }
}
