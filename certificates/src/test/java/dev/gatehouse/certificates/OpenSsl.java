package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The openssl command in one folder; tests that need it are skipped where there is none. */
record OpenSsl(Path folder) {
  record Outcome(int code, String text) {}

  OpenSsl {
    assumeThat(run(folder, "version").code()).isZero();
  }

  /** Runs a command that must succeed; the arguments are parted by spaces. */
  void run(String arguments) {
    var outcome = attempt(arguments);
    assertThat(outcome.code()).as("openssl %s: %s", arguments, outcome.text()).isZero();
  }

  Outcome attempt(String arguments) {
    return run(folder, arguments);
  }

  byte[] read(String file) throws IOException {
    return Files.readAllBytes(folder.resolve(file));
  }

  void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }

  private static Outcome run(Path folder, String arguments) {
    var command = Stream.concat(Stream.of("openssl"), Stream.of(arguments.split(" "))).toList();
    try {
      var process = start(folder, command);
      process.getOutputStream().close();
      var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), text);
    } catch (IOException missing) {
      return new Outcome(127, missing.getMessage());
    } catch (InterruptedException interrupt) {
      throw new AssertionError(interrupt);
    }
  }

  private static Process start(Path folder, List<String> command) throws IOException {
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }
}
