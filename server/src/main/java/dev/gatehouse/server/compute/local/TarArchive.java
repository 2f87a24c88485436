package dev.gatehouse.server.compute.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks an uploaded tar.gz (ustar, GNU and pax names) into a folder which nothing in it can
 * leave: names and links that point outside, devices, and more bytes than allowed are refused.
 */
final class TarArchive {

  private static final int BLOCK = 512;
  private static final int MAX_ENTRIES = 50_000;
  private static final int MAX_NAME = 64 * 1024;

  private final String archive;
  private final Path root;
  private final long maxBytes;
  private long bytes;
  private int entries;

  /** What the extended headers before an entry say of it. */
  private final Map<String, String> extended = new HashMap<>();

  TarArchive(String archive, Path root, long maxBytes) {
    this.archive = archive;
    this.root = root;
    this.maxBytes = maxBytes;
  }

  void unpack(InputStream compressed) throws IOException {
    try (var in = new GZIPInputStream(new BufferedInputStream(compressed))) {
      for (var block = in.readNBytes(BLOCK); block.length == BLOCK; block = in.readNBytes(BLOCK)) {
        if (block[0] == 0) {
          return; // the end is marked by empty blocks
        }
        entry(block, in);
      }
    } catch (ZipException | java.io.EOFException e) {
      throw fault("it is not a complete gzip file (" + e.getMessage() + ")");
    }
  }

  private void entry(byte[] block, InputStream in) throws IOException {
    checkSum(block);
    if (++entries > MAX_ENTRIES) {
      throw fault("it has more than " + MAX_ENTRIES + " entries");
    }
    char type = (char) block[156];
    long size =
        type == 'x' || type == 'g' || type == 'L' || type == 'K' ? number(block) : size(block);
    switch (type) {
      case 'x' -> pax(text(in, size));
      case 'L' -> extended.put("path", text(in, size).replace("\0", ""));
      case 'K' -> extended.put("linkpath", text(in, size).replace("\0", ""));
      case 'g' -> text(in, size);
      default -> {
        place(type, block, size, in);
        extended.clear();
      }
    }
    in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
  }

  private void place(char type, byte[] block, long size, InputStream in) throws IOException {
    var prefix = string(block, 345, 155);
    var plain = (prefix.isEmpty() || block[257] != 'u' ? "" : prefix + "/") + string(block, 0, 100);
    var name = extended.getOrDefault("path", plain);
    var link = extended.getOrDefault("linkpath", string(block, 157, 100));
    if (type == '5' && root.resolve(name).normalize().equals(root)) {
      return;
    }
    var path = ServiceFiles.inside(root, name, archive);
    if (type == '5') {
      Files.createDirectories(path);
      own(path);
      return;
    }
    var parent = Objects.requireNonNull(path.getParent());
    Files.createDirectories(parent);
    own(parent);
    try {
      switch (type) {
        case '0', '\0', '7' -> file(path, size, in);
        case '1' -> Files.copy(regular(ServiceFiles.inside(root, link, archive)), path);
        case '2' -> {
          var target = parent.resolve(link).normalize();
          if (link.startsWith("/") || !target.startsWith(root)) {
            throw fault("the link " + name + " points outside of it");
          }
          Files.createSymbolicLink(path, Path.of(link));
        }
        default -> throw fault("the entry " + name + " is neither a file, a folder nor a link");
      }
    } catch (FileAlreadyExistsException _) {
      throw fault("the entry " + name + " comes twice");
    }
  }

  private void file(Path path, long size, InputStream in) throws IOException {
    bytes += size;
    if (bytes > maxBytes) {
      throw fault("it unpacks to more than " + maxBytes + " bytes");
    }
    try (var out =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var buffer = new byte[64 * 1024];
      long left = size;
      while (left > 0) {
        int count = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
        if (count == 0) {
          throw fault("it ends in the middle of a file");
        }
        out.write(buffer, 0, count);
        left -= count;
      }
    }
  }

  private Path regular(Path target) {
    if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
      throw fault(
          "a hard link names " + root.relativize(target) + ", which is not a file before it");
    }
    return target;
  }

  /** A folder reached through a link of the archive would make "inside" a matter of opinion. */
  private void own(Path folder) throws IOException {
    if (!folder.toRealPath().equals(root.toRealPath().resolve(root.relativize(folder)))) {
      throw fault("the folder " + root.relativize(folder) + " is reached through a link");
    }
  }

  private String text(InputStream in, long size) throws IOException {
    if (size > MAX_NAME) {
      throw fault("an extended header is longer than " + MAX_NAME + " bytes");
    }
    return new String(in.readNBytes((int) size), StandardCharsets.UTF_8);
  }

  /**
   * Records are {@code LENGTH key=value\n}; the length counts bytes, so values with newlines are
   * cut, which no name needs.
   */
  private void pax(String records) {
    for (var record : records.lines().toList()) {
      int space = record.indexOf(' ');
      int equals = record.indexOf('=');
      if (space > 0 && equals > space) {
        extended.put(record.substring(space + 1, equals), record.substring(equals + 1));
      }
    }
  }

  private long size(byte[] block) {
    var pax = extended.get("size");
    if (pax == null) {
      return number(block);
    }
    if (!pax.matches("\\d{1,18}")) {
      throw fault("the size " + pax + " of an entry is no number");
    }
    return Long.parseLong(pax);
  }

  private long number(byte[] block) {
    var digits = string(block, 124, 12).strip();
    if (!digits.matches("[0-7]{0,12}")) {
      throw fault("the size of an entry cannot be read");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
  }

  private void checkSum(byte[] block) {
    var digits = string(block, 148, 8).strip();
    int sum = 8 * ' ';
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? 0 : block[i] & 0xff;
    }
    if (!digits.matches("[0-7]{1,8}") || Integer.parseInt(digits, 8) != sum) {
      throw fault("it is not a tar archive, or damaged");
    }
  }

  private static String string(byte[] block, int from, int length) {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return new String(Arrays.copyOfRange(block, from, end), StandardCharsets.UTF_8);
  }

  private FilesFault fault(String reason) {
    return new FilesFault("The archive " + archive + " is refused: " + reason + ".");
  }
}
