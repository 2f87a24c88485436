package dev.gatehouse.cli;

import dev.gatehouse.api.Credentials;
import dev.gatehouse.api.RestClient;
import dev.gatehouse.api.ServerStatus;
import dev.gatehouse.api.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The folder of one installation, seen from outside the server. */
record DataFolder(Path root) {
  DataFolder {
    root = root.toAbsolutePath().normalize();
  }

  /** By which a command that a person types finds this folder. */
  String option() {
    return " --data " + Shell.SH.quoted(root.toString());
  }

  /** What the server that runs on the folder says of itself; empty when none runs or is ready. */
  Optional<ServerStatus> running() throws IOException {
    return status().filter(status -> ServerProcess.find(status.pid()).isPresent());
  }

  ServerStatus requireRunning() throws IOException {
    return running().orElseThrow(() -> Failure.notRunning(root));
  }

  /** What lies in {@code status.json}, which a server that was killed leaves behind. */
  Optional<ServerStatus> status() throws IOException {
    return read("status.json", ServerStatus::parse);
  }

  Credentials credentials() throws IOException {
    return read("admin.json", Credentials::parse).orElseThrow(() -> Failure.notRunning(root));
  }

  private <T> Optional<T> read(String name, Function<String, T> parser) throws IOException {
    Path file = root.resolve(name);
    try {
      return Optional.of(parser.apply(Files.readString(file)));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new Failure(
          ExitCode.USAGE,
          "%s cannot be read: %s; stop the server and start it again, which writes the file anew."
              .formatted(file, e.getMessage()));
    }
  }

  RestClient client(ServerStatus status) throws IOException {
    return new RestClient(Trust.of(status.ca()), status.https());
  }

  Path logFile() {
    return root.resolve("logs/gatehouse.log");
  }

  /** What a detached server prints. */
  Path outputFile() {
    return root.resolve("logs/gatehouse.out");
  }

  /** Makes the folder, for its owner only, and the one for logs. */
  void make() throws IOException {
    Files.createDirectories(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.createDirectories(root.resolve("logs"));
  }

  /** Writes a file of the folder whole or not at all. */
  Path write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Path temporary = Files.createTempFile(root, name, ".new");
    Files.writeString(temporary, text);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return file;
  }

  /** An empty one that only its owner can read. */
  Path newOutputFile() throws IOException {
    Files.deleteIfExists(outputFile());
    return Files.createFile(
        outputFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  void emptyOutput() throws IOException {
    Files.write(outputFile(), new byte[0]);
  }

  /** All that the detached server has printed; empty when that cannot be read. */
  Optional<String> output() {
    try {
      return Optional.of(Files.readString(outputFile()));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** The last lines that a detached server printed. */
  String lastOutput(int lines) {
    List<String> all = output().orElse("").lines().toList();
    return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
  }
}
