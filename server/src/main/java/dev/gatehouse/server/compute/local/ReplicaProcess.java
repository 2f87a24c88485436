package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One operating system process of a replica; a restart makes another one of these. */
final class ReplicaProcess {

  /** What a script sees of the server's own environment: nothing that could be a secret. */
  private static final Set<String> INHERITED =
      Set.of(
          "PATH",
          "HOME",
          "USER",
          "LANG",
          "LC_ALL",
          "TZ",
          "TMPDIR",
          "LD_LIBRARY_PATH",
          "CUDA_VISIBLE_DEVICES",
          "HTTP_PROXY",
          "HTTPS_PROXY",
          "NO_PROXY",
          "http_proxy",
          "https_proxy",
          "no_proxy",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "REQUESTS_CA_BUNDLE");

  /** More than any pool of workers has; a script that forks without end would take the machine. */
  private static final int MAX_PROCESSES = 256;

  private final Process process;
  private final Path socket;
  private final ReplicaOutput output;
  private final Thread reader;
  private volatile @Nullable String killedFor;

  private ReplicaProcess(Process process, Path socket, ReplicaOutput output) {
    this.process = process;
    this.socket = socket;
    this.output = output;
    this.reader = Thread.ofVirtual().start(output);
  }

  static ReplicaProcess start(
      ReplicaSpec spec, ReplicaSettings settings, Path socket, Logs logs, Sources sources)
      throws IOException {
    Files.createDirectories(settings.runFolder());
    var builder =
        new ProcessBuilder().directory(spec.files().appRoot().toFile()).redirectErrorStream(true);
    environment(builder.environment(), spec);
    var arguments = arguments(spec, settings, socket);
    var order =
        new Spares.Order(
            arguments, Map.copyOf(builder.environment()), spec.files().appRoot().toString());
    var spare = sources.spares().take(spec.python(), order);
    var process =
        spare.isPresent()
            ? spare.get()
            : sources.starter().start(builder.command(command(spec, settings, arguments)));
    PidFiles.write(socket, process.toHandle());
    return new ReplicaProcess(process, socket, new ReplicaOutput(process.getInputStream(), logs));
  }

  /** Where processes come from: those that wait already, and new ones. */
  record Sources(Spares spares, Starter starter) {}

  private static List<String> command(
      ReplicaSpec spec, ReplicaSettings settings, List<String> arguments) {
    var words =
        new ArrayList<>(List.of(spec.python().toString(), "-u", settings.runner().toString()));
    words.addAll(arguments);
    return words;
  }

  /** The two logs of a service, and who else hears its lines. */
  record Logs(ServiceLog run, ServiceLog init, Consumer<String> listener) {}

  private static List<String> arguments(ReplicaSpec spec, ReplicaSettings settings, Path socket) {
    var words = new ArrayList<>(List.of("--socket", socket.toString(), "--parent-pipe"));
    Spares.imports(spec.python())
        .ifPresent(file -> words.addAll(List.of("--imports", file.toString())));
    words.addAll(List.of("--threads", Integer.toString(spec.threads())));
    words.addAll(
        List.of(
            "--drain-seconds", Long.toString(Math.max(1, settings.stopTimeout().toSeconds() - 1))));
    switch (spec.program()) {
      case ENTRY_SCRIPT -> {}
      case NO_CODE_SCIKIT_LEARN -> words.addAll(List.of("--no-code", "sklearn"));
      case NO_CODE_MLFLOW -> words.addAll(List.of("--no-code", "mlflow"));
    }
    return words;
  }

  /** What every process of that interpreter sees. */
  static void base(Map<String, String> environment, Path python) {
    environment.keySet().retainAll(INHERITED);
    var bin = python.resolveSibling("");
    environment.merge("PATH", bin.toString(), (old, own) -> own + ":" + old);
    environment.put("PYTHONUTF8", "1");
  }

  private static void environment(Map<String, String> environment, ReplicaSpec spec) {
    base(environment, spec.python());
    environment.putAll(spec.environment());
    environment.putAll(spec.files().environment());
  }

  /**
   * Waits for the first healthy answer; a process that ends before, or says nothing in time, is a
   * fault and is gone then.
   */
  void awaitReady(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    long pause = 10;
    while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
      if (HealthProbe.healthy(socket)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        kill("init() was not through after " + timeout.toSeconds() + " s");
        break;
      }
      pause = Math.min(200, pause + 10);
    }
    throw fault();
  }

  /** Blocks until it has ended. */
  ReplicaFault fault() throws InterruptedException {
    int code = process.waitFor();
    reader.join(Duration.ofSeconds(1)); // what it started may hold the pipe open for longer
    var lines = output.lastLines();
    var killed = killedFor;
    return killed == null
        ? new ReplicaFault(code, ReplicaFault.reasonIn(lines, code), lines)
        : new ReplicaFault(-1, killed, lines);
  }

  /** SIGTERM, and SIGKILL to all that is left of its processes after the timeout. */
  void stop(Duration timeout) throws InterruptedException {
    try {
      // Not Process.destroy(), which closes the pipe before the last lines have been read.
      process.toHandle().destroy();
      var _ = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      end();
      reader.join(Duration.ofSeconds(1)); // so that the log is whole
    }
  }

  /** SIGKILL to the whole tree; the reason is what the fault says then. */
  void kill(String reason) {
    killedFor = reason;
    output.note("gatehouse: the process is ended: " + reason);
    if (process.isAlive()) {
      ProcessTable.kill(ProcessTable.read().tree(pid()));
    }
  }

  /** Removes what a process that ended has left: children, socket, pid file. */
  void end() {
    var table = ProcessTable.read();
    // The number of an ended process may belong to somebody else by now.
    ProcessTable.kill(process.isAlive() ? table.tree(pid()) : table.session(pid()));
    PidFiles.remove(socket);
  }

  /** What it takes too much of; empty when it has ended. */
  Optional<String> excess(ProcessTable table, long memoryLimit) {
    if (!process.isAlive()) {
      return Optional.empty();
    }
    Set<Long> tree = table.tree(pid());
    if (tree.size() > MAX_PROCESSES) {
      return Optional.of("it had " + tree.size() + " processes, more than " + MAX_PROCESSES);
    }
    long used = ProcessTable.memory(tree, memoryLimit);
    return used <= memoryLimit
        ? Optional.empty()
        : Optional.of(
            "it used %d MiB of memory, more than its limit of %d MiB"
                .formatted(used >> 20, memoryLimit >> 20));
  }

  /** Whether it answers a question about its health in that time. */
  boolean answers(Duration patience) throws InterruptedException {
    return HealthProbe.healthy(socket, patience);
  }

  /** Waits for so long; whether it has ended. */
  boolean ended(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  long pid() {
    return process.pid();
  }
}
