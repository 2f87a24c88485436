package dev.gatehouse.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads of this process, as the kernel knows them. */
@Timeout(30)
class PrecedenceTest {

  private record Setting(int nice, String slice) {}

  private static Setting setting(Path thread) throws IOException {
    String stat = Files.readString(thread.resolve("stat"));
    String nice = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16];
    String slice =
        Files.readString(thread.resolve("sched"))
            .lines()
            .filter(line -> line.startsWith("se.slice"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("");
    return new Setting(Integer.parseInt(nice), slice);
  }

  /** Of the threads whose name begins like this. */
  private static List<Setting> settings(String name) throws IOException {
    var found = new ArrayList<Setting>();
    try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          if (Files.readString(thread.resolve("comm")).startsWith(name)) {
            found.add(setting(thread));
          }
        } catch (IOException _) {
          // It has ended meanwhile.
        }
      }
    }
    return found;
  }

  private static boolean behind(String name, int nice) throws IOException {
    return settings(name).stream().allMatch(setting -> setting.nice() == nice);
  }

  @Test
  void compilersAndVirtualThreadsStandBehindEventLoopsWhichWantLittleAtATime() throws Exception {
    var end = new CountDownLatch(1);
    var loop = Thread.ofPlatform().name("gateway-7-1").start(() -> await(end));
    var other = Thread.ofPlatform().name("gateway-test").start(() -> await(end));
    Setting before = settings("gateway-7-1").getFirst();
    Thread.startVirtualThread(() -> {}).join();
    try (var _ = Precedence.start()) {
      for (var each : Precedence.BEHIND.entrySet()) {
        int nice = Math.min(19, before.nice() + each.getValue());
        while (!behind(each.getKey(), nice)) {
          Thread.onSpinWait();
        }
      }
      while (slicesAreHeeded() && settings("gateway-7-1").contains(before)) {
        Thread.onSpinWait();
      }
      assertThat(settings("gateway-7-1")).extracting(Setting::nice).containsExactly(before.nice());
      assertThat(settings("gateway-test")).containsExactly(before);
    }
    end.countDown();
    loop.join();
    other.join();
  }

  private static boolean slicesAreHeeded() {
    var version = new Scanner(System.getProperty("os.version")).useDelimiter("[^0-9]+");
    int major = version.nextInt();
    return major > 6 || major == 6 && version.nextInt() >= 12;
  }

  private static void await(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
