package dev.gatehouse.server.collection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder whose files may have so many bytes together; the oldest go first. */
record Shelf(Path folder, long bytes) {
  private record Entry(Path path, long size, long modified) {}

  /** Removes what is too much, but never the youngest file; and folders that are empty then. */
  void tidy() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Entry> files = files();
    long total = files.stream().mapToLong(Entry::size).sum();
    for (Entry oldest : files.subList(0, Math.max(0, files.size() - 1))) {
      if (total <= bytes) {
        return;
      }
      Files.deleteIfExists(oldest.path());
      total -= oldest.size();
      removeIfEmpty(oldest.path());
    }
  }

  private List<Entry> files() throws IOException {
    var found = new ArrayList<Entry>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        try {
          found.add(new Entry(path, Files.size(path), Files.getLastModifiedTime(path).toMillis()));
        } catch (NoSuchFileException _) {
          // Somebody has removed it meanwhile.
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    found.sort(Comparator.comparingLong(Entry::modified).thenComparing(Entry::path));
    return found;
  }

  private void removeIfEmpty(Path file) throws IOException {
    Path below = folder.relativize(file);
    for (int names = below.getNameCount() - 1; names > 0; names--) {
      Path directory = folder.resolve(below.subpath(0, names));
      try (Stream<Path> held = Files.list(directory)) {
        if (held.findAny().isPresent()) {
          return;
        }
      }
      Files.deleteIfExists(directory);
    }
  }
}
