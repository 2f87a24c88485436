package dev.gatehouse.server.compute.local;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.server.compute.local.Interpreters.Interpreter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes Python environments, each once: the folder is named by the digest of what is in it and
 * complete when its marker exists.
 */
public final class PythonEnvironments {

  /** The file that a finished environment has in its folder. */
  static final String MARKER = ".complete";

  private final EnvironmentSettings settings;
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
  private final Object interpretersLock = new Object();

  @GuardedBy("interpretersLock")
  private @Nullable Interpreters interpreters;

  /** Does nothing yet; the folder is made by the first build. */
  public PythonEnvironments(EnvironmentSettings settings) {
    this.settings = settings;
  }

  /**
   * Returns at once what exists already; else builds, with every line of the tools to {@code log}.
   * Throws EnvironmentFault.
   */
  public PythonEnvironment obtain(EnvironmentSpec spec, Consumer<String> lines)
      throws InterruptedException {
    Consumer<String> log = line -> lines.accept(UvMessage.redacted(line));
    spec.notes().forEach(log);
    if (!spec.interpreter().isEmpty()) {
      var own = Path.of(spec.interpreter());
      if (!Files.isExecutable(own)) {
        throw fault(
            "The interpreter " + own + " of the environment does not exist on this machine.");
      }
      return new PythonEnvironment(own, "");
    }
    var conda = conda(spec);
    if (conda.isPresent()) {
      return once(
          digest(spec, "conda " + spec.python() + spec.channels() + spec.condaPackages()),
          log,
          folder -> buildByConda(conda.get(), spec, folder, log));
    }
    var chosen =
        interpreters()
            .nearest(spec.python())
            .orElseThrow(() -> fault("There is no Python 3.8 or newer on this machine's PATH."));
    if (!spec.python().isEmpty() && !sameMinor(spec.python(), chosen)) {
      log.accept(
          "Warning: Python "
              + spec.python()
              + " is not on this machine; Python "
              + chosen.version()
              + " is used.");
    }
    try {
      return build(spec, chosen, log);
    } catch (EnvironmentFault fault) {
      var other =
          UvMessage.missedPython(fault.lastLines()).flatMap(this::fitting).orElseThrow(() -> fault);
      log.accept("Warning: " + fault.getMessage() + " Python " + other.version() + " is tried.");
      return build(spec, other, log);
    }
  }

  private PythonEnvironment build(
      EnvironmentSpec spec, Interpreter interpreter, Consumer<String> log)
      throws InterruptedException {
    return once(
        digest(spec, interpreter.path() + " " + interpreter.version()),
        log,
        folder -> {
          run(
              log,
              "venv",
              "--no-project",
              "--python",
              interpreter.path().toString(),
              folder.toString());
          install(spec, folder, log);
        });
  }

  private void buildByConda(Path conda, EnvironmentSpec spec, Path folder, Consumer<String> log)
      throws InterruptedException, IOException {
    var words =
        new ArrayList<>(
            List.of(conda.toString(), "create", "--yes", "--prefix", folder.toString()));
    spec.channels().forEach(channel -> words.addAll(List.of("--channel", channel)));
    words.add(spec.python().isEmpty() ? "python" : "python=" + spec.python());
    words.addAll(spec.condaPackages());
    check(new Command(words, settings.folder(), settings.process(), settings.timeout()), log);
    install(spec, folder, log);
  }

  private void install(EnvironmentSpec spec, Path folder, Consumer<String> log)
      throws InterruptedException, IOException {
    var lines = new ArrayList<String>();
    for (var option : spec.indexOptions()) {
      if (settings.foreignIndexes()) {
        lines.add(option);
      } else {
        log.accept(
            "The pip option '"
                + option
                + "' is not followed: the package index of this machine is used.");
      }
    }
    lines.addAll(spec.requirements());
    var file = folder.resolve("requirements.txt");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, lines); // URLs in it may hold passwords
    run(
        log,
        "pip",
        "install",
        "--python",
        folder.resolve("bin/python").toString(),
        "--requirement",
        file.toString());
  }

  private interface Work {
    void into(Path folder) throws InterruptedException, IOException;
  }

  private PythonEnvironment once(String digest, Consumer<String> log, Work work)
      throws InterruptedException {
    var lock = locks.computeIfAbsent(digest, _ -> new ReentrantLock());
    lock.lockInterruptibly();
    try {
      var folder = settings.folder().resolve(digest);
      var environment = new PythonEnvironment(folder.resolve("bin/python"), digest);
      if (Files.exists(folder.resolve(MARKER))) {
        log.accept("The Python environment " + digest + " exists already.");
        return environment;
      }
      Trees.delete(
          folder); // what a crash left; scripts in it name this very folder, so it is built in
      // place
      Files.createDirectories(settings.folder());
      log.accept("Building the Python environment " + digest + ".");
      try {
        work.into(folder);
      } catch (EnvironmentFault | InterruptedException | IOException e) {
        Trees.delete(folder);
        throw e;
      }
      Files.writeString(folder.resolve(MARKER), "");
      return environment;
    } catch (IOException e) {
      throw new UncheckedIOException("python environment " + digest, e);
    } finally {
      lock.unlock();
    }
  }

  private void run(Consumer<String> log, String... arguments)
      throws InterruptedException, IOException {
    var words = new ArrayList<>(List.of(settings.uv().toString()));
    words.addAll(List.of(arguments));
    check(new Command(words, settings.folder(), uvEnvironment(), settings.timeout()), log);
  }

  private void check(Command command, Consumer<String> log)
      throws InterruptedException, IOException {
    Command.Result result;
    try {
      result = command.run(log);
    } catch (IOException e) {
      throw fault(
          "The tool " + command.words().getFirst() + " cannot be started: " + e.getMessage());
    }
    if (result.timedOut()) {
      throw new EnvironmentFault(
          "Building the Python environment took longer than "
              + settings.timeout().toSeconds()
              + " s.",
          result.lastLines(),
          true);
    }
    if (result.exitCode() != 0) {
      throw UvMessage.fault(result.exitCode(), result.lastLines());
    }
  }

  /** uv's own variables win; pip's, which a machine often has, fill the gaps. */
  private Map<String, String> uvEnvironment() {
    var machine = new HashMap<>(System.getenv());
    machine.putAll(settings.process());
    var environment = new HashMap<String, String>();
    Map.of(
            "PIP_INDEX_URL",
            "UV_DEFAULT_INDEX",
            "PIP_EXTRA_INDEX_URL",
            "UV_INDEX",
            "PIP_FIND_LINKS",
            "UV_FIND_LINKS",
            "PIP_NO_INDEX",
            "UV_NO_INDEX",
            "PIP_CERT",
            "SSL_CERT_FILE")
        .forEach((pip, uv) -> {
          var value = machine.get(pip);
          if (value != null && !machine.containsKey(uv)) {
            environment.put(
                uv, uv.equals("UV_FIND_LINKS") ? value.strip().replaceAll("\\s+", ",") : value);
          }
        });
    environment.putAll(
        Map.of(
            "UV_SYSTEM_CERTS",
            "1",
            "UV_PYTHON_DOWNLOADS",
            "never",
            "UV_NO_PROGRESS",
            "1",
            "NO_COLOR",
            "1"));
    environment.putAll(settings.process());
    return environment;
  }

  private Optional<Path> conda(EnvironmentSpec spec) {
    if (spec.condaPackages().isEmpty()) {
      return Optional.empty();
    }
    return settings.searchPath().stream()
        .flatMap(folder -> List.of(folder.resolve("micromamba"), folder.resolve("conda")).stream())
        .filter(Files::isExecutable)
        .findFirst();
  }

  private Optional<Interpreter> fitting(UvMessage.PythonBound bound) {
    try {
      return bound.lower()
          ? interpreters().atLeast(bound.major(), bound.minor())
          : interpreters().below(bound.major(), bound.minor());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private Interpreters interpreters() throws InterruptedException {
    synchronized (interpretersLock) {
      if (interpreters == null) {
        var found = Interpreters.in(settings.searchPath());
        if (!found.complete()) {
          return found; // asked again the next time
        }
        interpreters = found;
      }
      return interpreters;
    }
  }

  private static boolean sameMinor(String version, Interpreter interpreter) {
    return (version + ".").startsWith(interpreter.major() + "." + interpreter.minor() + ".");
  }

  private String digest(EnvironmentSpec spec, String base) {
    var options = settings.foreignIndexes() ? spec.indexOptions() : List.<String>of();
    var text =
        base + "\n" + String.join("\n", spec.requirements()) + "\n" + String.join("\n", options);
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static EnvironmentFault fault(String sentence) {
    return new EnvironmentFault(sentence, List.of(), false);
  }
}
