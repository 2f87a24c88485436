package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** The blocks of unfinished uploads: a folder for each upload, a file for each block. */
final class Blocks {
  private final Path folder;
  private final CheckedWriter writer;

  Blocks(Path folder, CheckedWriter writer) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.writer = writer;
  }

  void put(String upload, String id, InputStream body, Announced announced) throws IOException {
    writer.write(body, announced, _ -> file(upload, id));
  }

  boolean any(String upload) {
    return Files.isDirectory(of(upload));
  }

  /** The blocks one after the other; an absent one is a 400. */
  InputStream joined(String upload, List<String> ids) {
    List<Path> files = ids.stream().map(id -> file(upload, id)).toList();
    for (int i = 0; i < files.size(); i++) {
      if (!Files.exists(files.get(i))) {
        throw new ProblemException(
            new Problem.Invalid(
                "InvalidBlockList",
                "The block '%s' was not uploaded; send it, then the block list again."
                    .formatted(ids.get(i))));
      }
    }
    var opened =
        new AbstractList<InputStream>() {
          @Override
          public InputStream get(int index) {
            return open(files.get(index));
          }

          @Override
          public int size() {
            return files.size();
          }
        };
    return new SequenceInputStream(Collections.enumeration(opened));
  }

  /** Removes all blocks of the upload. */
  void forget(String upload) throws IOException {
    remove(of(upload));
  }

  /** Removes uploads that got no block since then. */
  void forgetBefore(Instant instant) throws IOException {
    try (Stream<Path> uploads = Files.list(folder)) {
      for (Path upload : uploads.toList()) {
        if (Files.getLastModifiedTime(upload).toInstant().isBefore(instant)) {
          remove(upload);
        }
      }
    }
  }

  private static void remove(Path upload) throws IOException {
    if (Files.isDirectory(upload)) {
      try (Stream<Path> files = Files.list(upload)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(upload);
    }
  }

  /** A fault here is ours, not the sender's: it must not look like a broken upload. */
  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path of(String upload) {
    return folder.resolve(CheckedWriter.nameOf(upload));
  }

  private Path file(String upload, String id) {
    return of(upload).resolve(CheckedWriter.nameOf(id));
  }
}
