package dev.gatehouse.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks for the addresses of a name as the programs of this machine do. */
@FunctionalInterface
interface NameLookup {
  Duration PATIENCE = Duration.ofSeconds(5);

  /** None when nobody knows the name, or nobody answers in time. */
  List<String> addresses(String name);

  static NameLookup system() {
    return name -> {
      var answer = new FutureTask<>(() -> ask(name));
      // The system's resolver cannot be interrupted: a daemon keeps nobody waiting.
      Thread.ofPlatform().daemon().start(answer);
      try {
        return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return List.of();
      } catch (ExecutionException | TimeoutException _) {
        return List.of();
      }
    };
  }

  private static List<String> ask(String name) {
    try {
      return Arrays.stream(InetAddress.getAllByName(name))
          .map(InetAddress::getHostAddress)
          .toList();
    } catch (UnknownHostException _) {
      return List.of();
    }
  }
}
