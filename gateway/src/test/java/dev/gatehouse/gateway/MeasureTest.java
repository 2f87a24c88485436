package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.http.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasureTest {
  private static final String SCORE = "/api/v1/service/s/score";

  @TempDir Path folder;
  private final BlockingQueue<Served> journal = new LinkedBlockingQueue<>();
  private Scene scene;

  @BeforeEach
  void open() {
    scene = new Scene(folder, settings -> settings.withWatchers(watchers(journal::add)));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private Measured of(String version) {
    return scene.gateway.measure().stream()
        .filter(measured -> measured.version().equals(version))
        .findFirst()
        .orElseThrow();
  }

  private Served next() throws InterruptedException {
    return java.util.Objects.requireNonNull(journal.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void countsAnswersByStatusAndTimePerVersion() throws Exception {
    var replica = scene.replica(call -> call.answer(call.line.contains("bad") ? 500 : 200, "x"));
    scene.serve(
        Scene.service(
            "s", new Access.Keys("a", "b"), Scene.version("v", 100, Scene.limits(), replica)));
    assertThat(of("v").counts()).isEqualTo(Tally.Counts.NONE);
    assertThat(of("v").replicas()).isEqualTo(1);
    var wire = scene.wire();
    wire.ask(Scene.get(SCORE, "Authorization: Bearer a"));
    wire.ask(Scene.get(SCORE + "/bad", "Authorization: Bearer a"));
    wire.ask(Scene.get(SCORE));
    for (int i = 0; i < 3; i++) {
      next();
    }
    assertThat(of("v").counts().classes()).containsExactly(0L, 1L, 0L, 0L, 1L);
    assertThat(of("v").counts().buckets().stream().mapToLong(n -> n).sum()).isEqualTo(2);
    assertThat(of("v").counts().seconds()).isPositive();
    assertThat(of("").counts().classes()).containsExactly(0L, 0L, 0L, 1L, 0L);
    assertThat(of("v").host()).isEqualTo("localhost");
  }

  @Test
  void tellsTheModelsOwnTimeAsTheReplicaReportsIt() throws Exception {
    var replica =
        scene.replica(call -> {
          call.body();
          String took = call.line.contains("odd") ? "-1" : "12.345";
          call.send(
              "HTTP/1.1 200 X\r\nx-ms-run-fn-exec-ms: " + took + "\r\nContent-Length: 0\r\n\r\n");
        });
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire();
    wire.ask(Scene.get(SCORE));
    wire.ask(Scene.get(SCORE));
    wire.ask(Scene.get(SCORE + "/odd"));
    var model = of("v").counts().model();
    assertThat(model.seconds()).isEqualTo(0.02469);
    assertThat(model.buckets().get(5)).isEqualTo(2);
    assertThat(model.buckets().stream().mapToLong(n -> n).sum()).isEqualTo(2);
  }

  @Test
  void countsWhatWasSlowerThanTheVersionsBound() throws Exception {
    var replica = scene.replica(call -> call.answer(200, "x"));
    var version = Scene.version("v", 100, Scene.limits(), replica);
    for (Duration slow : java.util.List.of(Duration.ofHours(1), Duration.ofNanos(1))) {
      scene.serve(
          Scene.service(
              "s",
              new Access.Open(),
              new Version(
                  "v",
                  100,
                  version.backend(),
                  version.limits(),
                  DataCollection.OFF,
                  new Version.Trial(0, slow))));
      scene.wire().ask(Scene.get(SCORE));
      next();
    }
    assertThat(of("v").counts().slow()).isEqualTo(1);
  }

  @Test
  void showsWhatIsInFlight() throws Exception {
    var arrived = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var replica =
        scene.replica(call -> {
          arrived.countDown();
          go.await();
          call.answer(200, "x");
        });
    scene.serve(Scene.limits(), replica);
    var wire = scene.wire().send(Scene.get(SCORE));
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(of("v").inFlight()).isEqualTo(1);
    go.countDown();
    wire.reply();
    next();
    assertThat(of("v").inFlight()).isZero();
  }

  private static Watchers watchers(Consumer<Served> journal) {
    return new Watchers(Optional.of(journal), Optional.empty(), Optional.empty());
  }

  @Test
  void reportsTheTraceThatTheCallerNames() throws Exception {
    scene.serve(Scene.limits(), scene.replica(call -> call.answer(200, "four")));
    String id = "0af7651916cd43dd8448eb211c80319c";
    scene.wire().ask(Scene.get(SCORE, "traceparent: 00-" + id + "-b7ad6b7169203331-00"));
    assertThat(next().traceId()).isEqualTo(id);
  }

  @Test
  void reportsARequestWithoutItsQuery() throws Exception {
    scene.serve(Scene.limits(), scene.replica(call -> call.answer(200, "four")));
    scene.wire().ask(Scene.get(SCORE + "?sig=secret", "x-ms-request-id: mine"));
    var served = next();
    assertThat(served)
        .isEqualTo(
            new Served(
                "127.0.0.1",
                "TLSv1.3",
                "localhost",
                "localhost",
                "s",
                "v",
                "GET",
                SCORE,
                200,
                0,
                4,
                served.nanos(),
                "mine",
                ""));
    assertThat(served.nanos()).isPositive();
  }

  @Test
  void reportsWhatCouldNotBeReadAndWhoLeft() throws Exception {
    var arrived = new CountDownLatch(1);
    var gone = new CountDownLatch(1);
    scene.serve(
        Scene.limits(),
        scene.replica(call -> {
          arrived.countDown();
          gone.await();
        }));
    scene.wire().ask("GET / HTTP/1.1\r\n\r\n");
    var unread = next();
    assertThat(unread.status()).isEqualTo(400);
    assertThat(unread.path() + unread.service()).isEmpty();
    var wire = scene.wire().send(Scene.get(SCORE));
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    wire.close();
    assertThat(next().status()).isEqualTo(499);
    gone.countDown();
  }
}
