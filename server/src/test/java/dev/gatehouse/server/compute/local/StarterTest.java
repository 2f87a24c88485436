package dev.gatehouse.server.compute.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class StarterTest {

  private static int priority(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }

  @Test
  void aProcessHasThePriorityOfItsServerWhateverTheThreadThatAsksForIt() throws Exception {
    int own = priority(Path.of("/proc/thread-self"));
    var started = new CompletableFuture<Integer>();
    try (var starter = new Starter()) {
      Thread.ofPlatform()
          .start(() -> {
            try {
              var thread = Path.of("/proc/thread-self").toRealPath();
              var id = thread.getFileName().toString();
              var renice = new ProcessBuilder("renice", "-n", Integer.toString(own + 7), "-p", id);
              assertThat(renice.start().waitFor()).isZero();
              assertThat(priority(thread)).isEqualTo(own + 7);
              var process = starter.start(new ProcessBuilder("cat"));
              started.complete(priority(Path.of("/proc", Long.toString(process.pid()))));
              process.destroy();
            } catch (Throwable e) {
              started.completeExceptionally(e);
            }
          })
          .join();
      assertThat(started.get()).isEqualTo(own);
    }
  }

  @Test
  void whatCannotBeStartedIsAFaultAndSoIsAnythingAfterTheEnd() {
    var starter = new Starter();
    assertThatThrownBy(() -> starter.start(new ProcessBuilder("/nowhere/python")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/nowhere/python");
    starter.close();
    assertThatThrownBy(() -> starter.start(new ProcessBuilder("true")))
        .isInstanceOf(IOException.class)
        .hasMessage("the server is stopping");
  }
}
