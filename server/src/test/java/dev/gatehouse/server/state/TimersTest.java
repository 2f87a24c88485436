package dev.gatehouse.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimersTest {
  @TempDir Path folder;
  private final BlockingQueue<String> rung = new LinkedBlockingQueue<>();

  private Timers timers(Database database) {
    var timers = new Timers(database, Executors.newVirtualThreadPerTaskExecutor());
    timers.define(
        "bell",
        instance -> {
          rung.add(instance);
          return instance.equals("again") && rung.size() < 2
              ? Optional.of(Instant.now())
              : Optional.empty();
        });
    return timers;
  }

  @Test
  void ringsWhatWasSetBeforeARestart() throws InterruptedException {
    try (var database = Database.open(folder.resolve("state.db"));
        var timers = timers(database)) {
      timers.start();
      timers.set("bell", "far", Instant.now().plusSeconds(3600));
    }
    try (var database = Database.open(folder.resolve("state.db"));
        var timers = timers(database)) {
      timers.start();
      timers.set("bell", "far", Instant.now());
      assertThat(rung.poll(10, TimeUnit.SECONDS)).isEqualTo("far");
    }
  }

  @Test
  void ringsAgainWhenTheActionSaysSo() throws InterruptedException {
    try (var database = Database.open(folder.resolve("state.db"));
        var timers = timers(database)) {
      timers.start();
      timers.set("bell", "again", Instant.now());
      assertThat(rung.poll(10, TimeUnit.SECONDS)).isEqualTo("again");
      assertThat(rung.poll(10, TimeUnit.SECONDS)).isEqualTo("again");
    }
  }

  @Test
  void forgetsWhatIsCancelled() {
    try (var database = Database.open(folder.resolve("state.db"));
        var timers = timers(database)) {
      timers.start();
      timers.set("bell", "far", Instant.now().plusSeconds(3600));
      timers.cancel("bell", "far");
      timers.cancel("bell", "never set");
      Integer left =
          database
              .jdbi()
              .withHandle(h ->
                  h.createQuery("SELECT count(*) FROM scheduled_tasks").mapTo(Integer.class).one());
      assertThat(left).isZero();
    }
  }

  @Test
  void refusesADatabaseOfANewerGatehouse() {
    try (var database = Database.open(folder.resolve("state.db"))) {
      database
          .jdbi()
          .useHandle(h -> h.execute("INSERT INTO migration (name) VALUES ('999-future.sql')"));
    }
    assertThatThrownBy(() -> Database.open(folder.resolve("state.db")))
        .hasMessageContaining("999-future.sql");
  }
}
