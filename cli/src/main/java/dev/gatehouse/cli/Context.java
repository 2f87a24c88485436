package dev.gatehouse.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command runs.
 *
 * @param environment the process's variables
 * @param home the checkout or installation, with the launcher and the demonstration's files in it
 * @param terminal whether a person watches standard output
 */
record Context(
    Map<String, String> environment,
    Path home,
    boolean terminal,
    Timer timer,
    NameLookup lookup,
    Prompt prompt) {
  Context {
    environment = Map.copyOf(environment);
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** As the server finds it, which is Java's way, not {@code HOME}. */
  private static String userHome() {
    return System.getProperty("user.home");
  }

  /** Where a server keeps everything unless {@code --data} says otherwise. */
  Path dataFolder() {
    return Path.of(
        variable("XDG_DATA_HOME").orElseGet(() -> userHome() + "/.local/share"), "gatehouse");
  }

  Path demoFolder() {
    return Path.of(
        variable("XDG_CACHE_HOME").orElseGet(() -> userHome() + "/.cache"), "gatehouse", "demo");
  }
}
