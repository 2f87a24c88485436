package dev.gatehouse.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/** A hosts file, byte for byte: every byte is one character of the text. */
record HostsFile(Path path) {

  /** The file of this system. */
  static Path system() {
    return Path.of(
        System.getProperty("os.name", "").startsWith("Windows")
            ? "C:\\Windows\\System32\\drivers\\etc\\hosts"
            : "/etc/hosts");
  }

  String read() throws IOException {
    return Files.exists(path) ? Files.readString(path, StandardCharsets.ISO_8859_1) : "";
  }

  /**
   * Replaces the file at once, with the old one's owner and mode; AccessDeniedException needs root.
   */
  void write(String text) throws IOException {
    Path file = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new AccessDeniedException(file.toString());
    }
    Path temporary = file.resolveSibling("." + file.getFileName() + ".gatehouse");
    Files.deleteIfExists(temporary);
    try {
      Files.writeString(temporary, text, StandardCharsets.ISO_8859_1);
      copyAttributes(file, temporary);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      // In a container the file is a mount of its own, which cannot be replaced.
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void copyAttributes(Path from, Path to) throws IOException {
    var target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (target == null || !Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    PosixFileAttributes source = Files.readAttributes(from, PosixFileAttributes.class);
    target.setPermissions(source.permissions());
    target.setOwner(source.owner());
    target.setGroup(source.group());
  }
}
