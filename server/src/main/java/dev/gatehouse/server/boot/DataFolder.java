package dev.gatehouse.server.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The folder that holds everything of one installation; one process at a time holds its lock. */
final class DataFolder implements AutoCloseable {
  private static final int MAX_SOCKET_PATH = 107;

  private final Path root;
  private final Path run;
  private final FileChannel lockFile;
  private final boolean standard;

  private DataFolder(Path root, Path run, FileChannel lockFile, boolean standard) {
    this.root = root;
    this.run = run;
    this.lockFile = lockFile;
    this.standard = standard;
  }

  /**
   * Makes the folder (mode 0700) and takes its lock; SettingsException when another process has it.
   */
  static DataFolder open(Path root, Map<String, String> environment) throws IOException {
    makePrivate(root);
    FileChannel channel =
        FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock(channel) == null) {
      channel.close();
      throw new SettingsException(
          "another Gatehouse runs on the data folder "
              + root
              + "; stop it with './gatehouse down', or take another"
              + " folder with --data");
    }
    Path run = runFolder(root, environment);
    makePrivate(run);
    return new DataFolder(root, run, channel, root.equals(standard(environment)));
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /**
   * Unix sockets have short paths, so they lie in the folder only where its path is short enough.
   */
  private static Path runFolder(Path root, Map<String, String> environment) {
    Path inside = root.resolve("run");
    if (inside.toString().length() + "/s-0123456789abcdef-00.sock".length() <= MAX_SOCKET_PATH) {
      return inside;
    }
    String base = environment.getOrDefault("XDG_RUNTIME_DIR", System.getProperty("java.io.tmpdir"));
    return Path.of(base, "gatehouse-" + Integer.toHexString(root.toString().hashCode()));
  }

  static void makePrivate(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  /** Where the data lie when nobody says otherwise. */
  static Path standard(Map<String, String> environment) {
    String home =
        environment.getOrDefault(
            "XDG_DATA_HOME", System.getProperty("user.home") + "/.local/share");
    return Path.of(home, "gatehouse");
  }

  /** Whether commands find this folder without being told. */
  boolean standard() {
    return standard;
  }

  Path root() {
    return root;
  }

  Path database() {
    return root.resolve("state.db");
  }

  Path masterKey() {
    return root.resolve("master.key");
  }

  Path contents() {
    return root.resolve("contents");
  }

  Path serviceLogs() {
    return root.resolve("logs").resolve("services");
  }

  /** What services were asked and have answered. */
  Path collected() {
    return root.resolve("collected");
  }

  /** What entry scripts have given to ModelDataCollector. */
  Path modelData() {
    return root.resolve("modeldata");
  }

  Path services() {
    return root.resolve("services");
  }

  /** For Unix sockets. */
  Path run() {
    return run;
  }

  Path authority() {
    return root.resolve("ca.pem");
  }

  Path credentials() {
    return root.resolve("admin.json");
  }

  Path status() {
    return root.resolve("status.json");
  }

  /** Writes a small file whole or not at all, readable by its owner only where it is secret. */
  static void write(Path file, String text, boolean secret) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--")));
    try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(status());
    lockFile.close();
  }
}
