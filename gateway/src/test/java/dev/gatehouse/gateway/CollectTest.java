package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.collect.Collected;
import dev.gatehouse.gateway.collect.Collector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectTest {
  private static final String SCORE = "/api/v1/service/s/score";
  private static final int LONGEST = 2_000;

  @TempDir Path folder;
  private final BlockingQueue<Collected> received = new LinkedBlockingQueue<>();
  private boolean room = true;
  private final Collector collector =
      new Collector(
          LONGEST, 3L * 2 * LONGEST, InstantSource.system(), one -> room && received.add(one));
  private Scene scene;

  private void serve(double sample) throws Exception {
    scene =
        new Scene(
            folder,
            settings ->
                settings.withWatchers(
                    new Watchers(Optional.empty(), Optional.empty(), Optional.of(collector))));
    var replica =
        scene.replica(call -> {
          String body = new String(call.body(), StandardCharsets.UTF_8);
          call.answer(200, "answer to " + body);
        });
    var version = Scene.version("v", 100, Scene.limits(), replica);
    scene.serve(
        Scene.service(
            "s",
            new Access.Keys("first", "second"),
            new Version(
                "v",
                100,
                version.backend(),
                version.limits(),
                new DataCollection("there", sample))));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void ask(String body) throws Exception {
    scene
        .wire()
        .ask(Scene.post(SCORE, body, "Authorization: Bearer first", "Content-Type: text/csv"));
  }

  private Collected next() throws InterruptedException {
    var one = received.poll(10, TimeUnit.SECONDS);
    assertThat(one).isNotNull();
    return one;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void copiesARequestAndItsAnswer() throws Exception {
    serve(1);
    ask("1,2");
    var one = next();
    assertThat(text(one.request().bytes())).isEqualTo("1,2");
    assertThat(text(one.answer().bytes())).isEqualTo("answer to 1,2");
    assertThat(one.request().type() + " " + one.answer().type())
        .isEqualTo("text/csv application/json");
    assertThat(one.served().status()).isEqualTo(200);
    assertThat(one.collection().place()).isEqualTo("there");
    assertThat(one.request().truncated()).isFalse();
  }

  @Test
  void keepsTheBeginningOfWhatIsLong() throws Exception {
    serve(1);
    ask("x".repeat(300_000));
    var one = next();
    assertThat(text(one.request().bytes())).isEqualTo("x".repeat(LONGEST));
    assertThat(one.request().length()).isEqualTo(300_000);
    assertThat(one.request().truncated() && one.answer().truncated()).isTrue();
    assertThat(one.answer().bytes()).hasSize(LONGEST);
  }

  @Test
  void collectsNothingOfThoseWhoAreNotLetIn() throws Exception {
    serve(1);
    scene.wire().ask(Scene.post(SCORE, "1,2"));
    ask("3,4");
    assertThat(text(next().request().bytes())).isEqualTo("3,4");
    assertThat(received).isEmpty();
  }

  @Test
  void collectsAShare() throws Exception {
    serve(0.3);
    int found = 0;
    for (int i = 0; i < 300; i++) {
      ask("a");
      for (var one = received.poll(); one != null; one = received.poll()) {
        one.release();
        found++;
      }
    }
    assertThat(found).isBetween(40, 150);
  }

  @Test
  void countsAndLeavesWhatMemoryHasNoRoomFor() throws Exception {
    serve(1);
    for (int i = 0; i < 5; i++) {
      ask("a");
    }
    assertThat(collector.dropped()).isEqualTo(2);
    next().release();
    ask("b");
    assertThat(collector.dropped()).isEqualTo(2);
  }

  @Test
  void givesMemoryBackForWhatTheReceiverHasNoRoomFor() throws Exception {
    serve(1);
    room = false;
    for (int i = 0; i < 5; i++) {
      ask("a");
    }
    assertThat(collector.dropped()).isEqualTo(5);
    room = true;
    ask("b");
    assertThat(text(next().request().bytes())).isEqualTo("b");
  }
}
