package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.proxy.Transport;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationTest {
  private static final String SCORE = "/api/v1/service/s/score";

  @TempDir Path folder;

  @Test
  void noRequestFailsWhileCertificatesAndReplicasChangeUnderLoad() throws Exception {
    var scene = new Scene(folder);
    var a = scene.replica(call -> call.answer(200, "{}"));
    var b = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), a);
    var done = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var keptOpen = threads.submit(() -> askUntil(done, scene));
      var overHttp2 =
          threads.submit(() -> {
            var client = scene.client(HttpClient.Version.HTTP_2);
            int failed = 0;
            while (!done.get()) {
              var answer =
                  client.send(scene.request(SCORE).build(), HttpResponse.BodyHandlers.ofString());
              failed += answer.statusCode() == 200 ? 0 : 1;
            }
            return failed;
          });
      var handshakes =
          threads.submit(() -> {
            int failed = 0;
            while (!done.get()) {
              try (var wire =
                  Wire.tls(Scene.AUTHORITY.trusting(), scene.gateway.https(), "localhost")) {
                failed += wire.ask(Scene.get(SCORE)).status() == 200 ? 0 : 1;
              }
            }
            return failed;
          });
      for (int i = 0; i < 40; i++) {
        var renewed = Scene.AUTHORITY.issue("localhost");
        scene.gateway.update(now -> now.withCertificate("localhost", renewed));
        scene.serve(Scene.limits(), i % 2 == 0 ? b : a);
        scene.gateway.rotateTickets();
      }
      done.set(true);
      assertThat(keptOpen.get() + overHttp2.get() + handshakes.get()).isZero();
    }
    scene.close();
  }

  private static int askUntil(AtomicBoolean done, Scene scene) throws Exception {
    int failed = 0;
    var wire = scene.wire();
    while (!done.get()) {
      failed += wire.ask(Scene.post(SCORE, "{}")).status() == 200 ? 0 : 1;
    }
    return failed;
  }

  @Test
  void closingLetsRequestsInFlightEndAndIdleConnectionsGo() throws Exception {
    var scene = new Scene(folder);
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    var replica =
        scene.replica(call -> {
          if (call.line.contains("slow")) {
            working.countDown();
            hold.await();
          }
          call.answer(200, "{}");
        });
    scene.serve(Scene.limits(), replica);
    var idle = scene.wire();
    idle.ask(Scene.get(SCORE));
    var busy = scene.wire().send(Scene.get(SCORE + "/slow"));
    working.await();
    var closing = Thread.ofVirtual().start(scene.gateway::close);
    assertThat(idle.closed()).isTrue();
    hold.countDown();
    var reply = busy.reply();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("connection")).isEqualTo("close");
    closing.join();
    scene.close();
  }

  @Test
  void worksWithoutEpoll() throws Exception {
    var scene = new Scene(folder, UnaryOperator.identity(), Transport.nio());
    var replica = scene.replica(call -> call.answer(200, new String(call.body())));
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    assertThat(wire.ask(Scene.post(SCORE, "one")).body()).isEqualTo("one");
    assertThat(wire.ask(Scene.post(SCORE, "two")).body()).isEqualTo("two");
    scene.close();
  }

  @Test
  void saysWhatIsInTheWayOfAListener() throws Exception {
    var scene = new Scene(folder);
    var taken = scene.gateway.https();
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> new Scene(folder, s -> new GatewaySettings(taken, taken, s.controlPlaneSocket())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("127.0.0.1:" + taken.getPort() + " can't be opened");
    scene.close();
  }
}
