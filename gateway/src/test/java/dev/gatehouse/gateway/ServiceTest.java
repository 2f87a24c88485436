package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {
  private static final String SCORE = "/api/v1/service/s/score";

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(folder);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private static Version.Limits limits(int concurrent, int queueMillis, int scoringMillis) {
    return new Version.Limits(
        concurrent, Duration.ofMillis(queueMillis), Duration.ofMillis(scoringMillis));
  }

  @Test
  void keepsTheSharesExactlyAndLetsAHeaderPick() throws Exception {
    var a = scene.replica(call -> call.answer(200, "a"));
    var b = scene.replica(call -> call.answer(200, "b"));
    scene.serve(
        Scene.service(
            "s",
            new Access.Open(),
            Scene.version("a", 93, Scene.limits(), a),
            Scene.version("b", 7, Scene.limits(), b)));
    var wire = scene.wire();
    for (int i = 0; i < 200; i++) {
      wire.ask(Scene.get(SCORE));
    }
    assertThat(a.requests).hasValue(186);
    assertThat(b.requests).hasValue(14);
    assertThat(wire.ask(Scene.get(SCORE, "azureml-model-deployment: b")).body()).isEqualTo("b");
    assertThat(wire.ask(Scene.get(SCORE, "azureml-model-deployment: c")).status()).isEqualTo(404);
  }

  @Test
  void aRouteRefusesSharesThatAreNotTheWhole() {
    var version = Scene.version("v", 99, Scene.limits());
    assertThatThrownBy(() -> Scene.service("s", new Access.Open(), version))
        .hasMessageContaining("shares: [99] (expected: 0 to 100 each, 100 in all)");
    assertThatThrownBy(() -> Scene.service("s", new Access.Open()))
        .hasMessageContaining("expected: at least one");
  }

  @Test
  void queuesPastTheReplicasAndServesInTurn() throws Exception {
    var permits = new Semaphore(0);
    var atWork = new AtomicInteger();
    var most = new AtomicInteger();
    Replica.Script script =
        call -> {
          most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
          permits.acquire();
          atWork.decrementAndGet();
          call.answer(200, "{}");
        };
    var replicas = List.of(scene.replica(script), scene.replica(script));
    scene.serve(limits(1, 10_000, 10_000), replicas.get(0), replicas.get(1));
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          java.util.stream.IntStream.range(0, 8)
              .mapToObj(_ -> clients.submit(() -> scene.wire().ask(Scene.get(SCORE)).status()))
              .toList();
      permits.release(8);
      for (var answer : answers) {
        assertThat(answer.get()).isEqualTo(200);
      }
    }
    assertThat(most.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void refusesWhoHasWaitedTooLong() throws Exception {
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    var replica =
        scene.replica(call -> {
          working.countDown();
          hold.await();
          call.answer(200, "{}");
        });
    scene.serve(limits(1, 30, 10_000), replica);
    var first = scene.wire().send(Scene.get(SCORE));
    working.await();
    var refused = scene.wire().ask(Scene.get(SCORE));
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("retry-after")).isEqualTo("1");
    assertThat(refused.body())
        .isEqualTo("{\"message\":\"Too many requests for service s (overloaded)\"}");
    hold.countDown();
    assertThat(first.reply().status()).isEqualTo(200);
  }

  @Test
  void freesTheReplicaOfAClientThatLeaves() throws Exception {
    var working = new CountDownLatch(1);
    var replica =
        scene.replica(call -> {
          if (working.getCount() > 0) {
            working.countDown();
            call.in.read();
          } else {
            call.answer(200, "{}");
          }
        });
    scene.serve(limits(1, 5_000, 10_000), replica);
    var leaver = scene.wire().send(Scene.get(SCORE));
    working.await();
    leaver.close();
    assertThat(scene.wire().ask(Scene.get(SCORE)).status()).isEqualTo(200);
  }

  @Test
  void saysWhyNoReplicaIsReady() throws Exception {
    scene.serve(
        Scene.service(
            "s",
            new Access.Open(),
            new Version("v", 100, new Backend.Absent("the image is built"), Scene.limits())));
    var reply = scene.wire().ask(Scene.get(SCORE));
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("retry-after")).isEqualTo("1");
    assertThat(reply.body())
        .isEqualTo("{\"message\":\"No ready replicas for service s: the image is built\"}");
  }

  @Test
  void whoWaitsIsServedByAReplicaThatComesAndSentAwayWhenNoneIsLeft() throws Exception {
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    var slow =
        scene.replica(call -> {
          working.countDown();
          hold.await();
          call.answer(200, "slow");
        });
    var quick = scene.replica(call -> call.answer(200, "quick"));
    scene.serve(limits(1, 10_000, 10_000), slow);
    var held = scene.wire().send(Scene.get(SCORE));
    working.await();
    var waiting = scene.wire().send(Scene.get(SCORE));
    scene.serve(limits(1, 10_000, 10_000), slow, quick);
    var second = waiting.reply();
    scene.serve(limits(1, 10_000, 10_000), slow);
    var lost = scene.wire().send(Scene.get(SCORE));
    scene.serve(
        Scene.service(
            "s",
            new Access.Open(),
            new Version("v", 100, new Backend.Absent("scaled to none"), Scene.limits())));
    assertThat(lost.reply().body()).contains("scaled to none");
    hold.countDown();
    assertThat(List.of(second.body(), held.reply().body())).containsExactly("quick", "slow");
  }

  @Test
  void whoWaitsForAVersionThatLeavesIsServedByAnotherOne() throws Exception {
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    var leaving =
        scene.replica(call -> {
          working.countDown();
          hold.await();
          call.answer(200, "leaving");
        });
    var staying = scene.replica(call -> call.answer(200, "staying"));
    var limits = limits(1, 10_000, 10_000);
    scene.serve(
        Scene.service(
            "s",
            new Access.Open(),
            Scene.version("a", 100, limits, leaving),
            Scene.version("b", 0, limits, staying)));
    var held = scene.wire().send(Scene.get(SCORE));
    working.await();
    var waiting = scene.wire().send(Scene.get(SCORE));
    var named = scene.wire().send(Scene.get(SCORE, "azureml-model-deployment: a"));
    while (scene.gateway.load("id-s").get("a").waiting() < 2) {
      Thread.onSpinWait();
    }
    scene.serve(Scene.service("s", new Access.Open(), Scene.version("b", 100, limits, staying)));
    assertThat(waiting.reply().body()).isEqualTo("staying");
    assertThat(named.reply().body()).contains("version a is gone");
    hold.countDown();
    assertThat(held.reply().body()).isEqualTo("leaving");
  }

  @Test
  void answers504PastTheScoringTimeout() throws Exception {
    var hold = new CountDownLatch(1);
    var replica =
        scene.replica(call -> {
          call.body();
          hold.await();
        });
    scene.serve(limits(1, 500, 60), replica);
    var wire = scene.wire();
    var reply = wire.ask(Scene.post(SCORE, "{}"));
    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.body()).contains("No answer of service s within 60 ms.");
    hold.countDown();
    assertThat(wire.ask(Scene.get("/nowhere")).status()).isEqualTo(404);
  }

  @Test
  void turnsAModels500Into502WithItsWords() throws Exception {
    var replica =
        scene.replica(call -> {
          call.body();
          call.send(
              "HTTP/1.1 500 X\r\nx-ms-run-function-failed: True\r\nKeep-Alive: 5\r\n"
                  + "Content-Length: 3\r\n\r\nwhy");
        });
    scene.serve(Scene.limits(), replica);
    var reply = scene.wire().ask(Scene.post(SCORE, "{}"));
    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.body()).isEqualTo("why");
    assertThat(reply.header("x-ms-run-function-failed")).isEqualTo("True");
    assertThat(reply.headers()).doesNotContainKey("keep-alive");
  }

  @Test
  void keepsConnectionsToReplicas() throws Exception {
    var replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    for (int i = 0; i < 20; i++) {
      assertThat(wire.ask(Scene.post(SCORE, "{}")).status()).isEqualTo(200);
    }
    assertThat(replica.connections).hasValue(1);
  }

  @Test
  void closesIdleConnectionsToAReplicaThatLeaves() throws Exception {
    var leaving = scene.replica(call -> call.answer(200, "old"));
    var coming = scene.replica(call -> call.answer(200, "new"));
    scene.serve(Scene.limits(), leaving);
    var wire = scene.wire();
    assertThat(wire.ask(Scene.get(SCORE)).body()).isEqualTo("old");
    scene.serve(Scene.limits(), coming);
    assertThat(wire.ask(Scene.get(SCORE)).body()).isEqualTo("new");
    while (leaving.openConnections() > 0) {
      Thread.onSpinWait();
    }
    assertThat(leaving.requests).hasValue(1);
  }

  @Test
  void letsARequestEndOnAReplicaThatHasLeft() throws Exception {
    var working = new CountDownLatch(1);
    var hold = new CountDownLatch(1);
    var leaving =
        scene.replica(call -> {
          working.countDown();
          hold.await();
          call.answer(200, "old");
        });
    scene.serve(Scene.limits(), leaving);
    var wire = scene.wire().send(Scene.get(SCORE));
    working.await();
    scene.gateway.update(now -> now.withoutHost("localhost"));
    hold.countDown();
    assertThat(wire.reply().body()).isEqualTo("old");
    assertThat(wire.ask(Scene.get(SCORE)).status()).isEqualTo(404);
  }

  @Test
  void triesAnotherReplicaWhenOneIsDeadOrBreaksOff() throws Exception {
    var dead = scene.replica(call -> call.answer(200, "{}"));
    dead.close();
    var breaking =
        scene.replica(call -> {
          call.body();
          call.hangUp();
        });
    var good = scene.replica(call -> call.answer(200, new String(call.body())));
    scene.serve(Scene.limits(), dead, good);
    var wire = scene.wire();
    for (int i = 0; i < 10; i++) {
      assertThat(wire.ask(Scene.post(SCORE, "n" + i)).body()).isEqualTo("n" + i);
    }
    scene.serve(Scene.limits(), breaking, good);
    for (int i = 0; i < 10; i++) {
      assertThat(wire.ask(Scene.post(SCORE, "n" + i)).body()).isEqualTo("n" + i);
    }
  }

  @Test
  void answers502WhenNoOtherReplicaIsLeft() throws Exception {
    var breaking =
        scene.replica(call -> {
          call.body();
          call.hangUp();
        });
    scene.serve(Scene.limits(), breaking);
    var broken = scene.wire().ask(Scene.post(SCORE, "{}"));
    assertThat(broken.status()).isEqualTo(502);
    assertThat(broken.body()).contains("broke off before it had answered");
    breaking.close();
    var dead = scene.wire().ask(Scene.post(SCORE, "{}"));
    assertThat(dead.status()).isEqualTo(502);
    assertThat(dead.body()).contains("No replica of service s can be connected to.");
  }

  @Test
  void asksAgainOnAFreshConnectionWhenAKeptOneWasClosed() throws Exception {
    var served = new AtomicInteger();
    var replica =
        scene.replica(call -> {
          if (served.incrementAndGet() % 2 == 0) {
            call.hangUp();
          } else {
            call.answer(200, "ok");
          }
        });
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    assertThat(wire.ask(Scene.post(SCORE, "{}")).body()).isEqualTo("ok");
    assertThat(wire.ask(Scene.post(SCORE, "{}")).body()).isEqualTo("ok");
  }

  @Test
  void breaksOffWhenTheReplicaBreaksInTheMiddleOfAnAnswer() throws Exception {
    var replica =
        scene.replica(call -> {
          call.body();
          call.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
          call.hangUp();
        });
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire().send(Scene.post(SCORE, "{}"));
    assertThat(wire.line()).isEqualTo("HTTP/1.1 200 OK");
    assertThat(wire.closed()).isTrue();
  }

  @Test
  void refusesAReplicaThatDoesNotSpeakHttp() throws Exception {
    var replica =
        scene.replica(call -> {
          call.body();
          call.send("SSH-2.0-what\r\n\r\n");
        });
    scene.serve(Scene.limits(), replica);
    assertThat(scene.wire().ask(Scene.post(SCORE, "{}")).status()).isEqualTo(502);
  }

  @Test
  void skipsInterimAnswersAndTakesAnswersThatEndWithTheConnection() throws Exception {
    var replica =
        scene.replica(call -> {
          call.body();
          call.send("HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end");
          call.hangUp();
        });
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    assertThat(wire.ask(Scene.post(SCORE, "{}")).body()).isEqualTo("to the end");
    assertThat(wire.ask(Scene.post(SCORE, "{}")).status()).isEqualTo(200);
  }
}
