package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes bodies of any size into files, in constant memory: a file appears under its name only when
 * it is whole, as announced, and on the disk; otherwise nothing is left of it.
 */
final class CheckedWriter {
  private static final int BUFFER = 256 * 1024;
  private static final long HARDLY_ANY_SPACE = 1024 * 1024;

  /** Opens the file that a body is written into. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  private final Path incoming;
  private final Opener opener;

  /** Makes the folder of unfinished files, and removes what a crash has left there. */
  CheckedWriter(Path incoming, Opener opener) throws IOException {
    this.incoming = incoming;
    this.opener = opener;
    Files.createDirectories(incoming);
    try (Stream<Path> leftovers = Files.list(incoming)) {
      for (Path leftover : leftovers.toList()) {
        Files.delete(leftover);
      }
    }
  }

  CheckedWriter(Path incoming) throws IOException {
    this(incoming, file -> FileChannel.open(file, StandardOpenOption.WRITE));
  }

  /**
   * Writes the body and moves it to the place that its content decides; what is there already is
   * replaced.
   */
  Content write(InputStream body, Announced announced, Function<Content, Path> place)
      throws IOException {
    try {
      Path part = Files.createTempFile(incoming, "", ".part");
      try {
        Content content = fill(part, body, announced);
        move(part, place.apply(content));
        return content;
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      if (!full(e)) {
        throw e;
      }
      throw new ProblemException(
          new Problem.NoSpace(
              "InsufficientStorage",
              "The disk of Gatehouse is full; nothing was stored. Free some space and send it again."),
          e);
    }
  }

  private Content fill(Path part, InputStream body, Announced announced) throws IOException {
    MessageDigest sha256 = digest("SHA-256");
    Map<String, MessageDigest> others = new HashMap<>();
    announced.digests().keySet().stream()
        .filter(name -> !"SHA-256".equals(name))
        .forEach(name -> others.put(name, digest(name)));
    long size = 0;
    try (FileChannel out = opener.open(part)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = read(body, buffer); read >= 0; read = read(body, buffer)) {
        sha256.update(buffer, 0, read);
        for (MessageDigest other : others.values()) {
          other.update(buffer, 0, read);
        }
        for (var rest = ByteBuffer.wrap(buffer, 0, read); rest.hasRemaining(); ) {
          out.write(rest);
        }
        size += read;
      }
      if (announced.length() >= 0 && announced.length() != size) {
        throw incomplete(size + " of " + announced.length() + " bytes arrived");
      }
      out.force(true);
    }
    byte[] digest = sha256.digest();
    others.forEach((name, other) -> compare(announced, name, other.digest()));
    compare(announced, "SHA-256", digest);
    return new Content(HexFormat.of().formatHex(digest), size);
  }

  private static int read(InputStream body, byte[] buffer) {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      throw incomplete("the connection broke: " + e.getMessage());
    }
  }

  private static ProblemException incomplete(String how) {
    return new ProblemException(
        new Problem.Invalid(
            "IncompleteBody",
            "The upload ended early (" + how + "); nothing was stored. Send it again."));
  }

  private static void compare(Announced announced, String algorithm, byte[] found) {
    byte[] expected = announced.digests().get(algorithm);
    if (expected != null && !MessageDigest.isEqual(expected, found)) {
      throw new ProblemException(
          new Problem.Invalid(
              "MD5".equals(algorithm) ? "Md5Mismatch" : "Sha256Mismatch",
              "The "
                  + algorithm
                  + " of the body is not the announced one; it was damaged on its way. Send it again."));
    }
  }

  /** Without the folder's own sync a power cut could take back a rename that was acknowledged. */
  private static void move(Path part, Path target) throws IOException {
    Path folder = Objects.requireNonNull(target.getParent());
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      sync(Objects.requireNonNull(folder.getParent()));
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(folder);
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private boolean full(IOException e) throws IOException {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left")
        || message.contains("quota exceeded")
        || Files.getFileStore(incoming).getUsableSpace() < HARDLY_ANY_SPACE;
  }

  static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  /** The SHA-256 of a text in hex, for names of files. */
  static String nameOf(String text) {
    return HexFormat.of()
        .formatHex(digest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
