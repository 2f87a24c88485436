package dev.gatehouse.server.collection;

import dev.gatehouse.gateway.collect.Collected;
import dev.gatehouse.server.monitoring.Belt;
import dev.gatehouse.server.monitoring.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes collected requests to {@code PLACE/VERSION/YYYY-MM-DD.jsonl} below a folder, and to {@code
 * YYYY-MM-DD.N.jsonl} when that is full; of each place the oldest files go.
 */
public final class CollectedFiles implements Predicate<Collected>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CollectedFiles.class);
  private static final int WAITING = 8_192;
  private static final int AT_ONCE = 256;
  private static final long LARGEST = 16L << 20;
  private static final int FILES = 8;
  private static final Pattern NUMBERED = Pattern.compile("(.{10})\\.(\\d{1,9})\\.jsonl");

  private final Path root;
  private final long keep;
  private final Belt<Collected> belt;
  private final LongAdder written = new LongAdder();
  private final LongAdder lost = new LongAdder();

  // The belt's thread's.
  private final Map<Day, Integer> numbers = new HashMap<>();
  private boolean failing;

  private record Day(Path place, String version, LocalDate date) {
    Path folder() {
      return place.resolve(version);
    }

    Path file(int number) {
      return folder().resolve(date + (number == 0 ? "" : "." + number) + ".jsonl");
    }
  }

  /**
   * @param keep bytes of each place
   */
  public CollectedFiles(Path root, long keep) {
    this.root = root;
    this.keep = keep;
    this.belt = new Belt<>("collection", WAITING, AT_ONCE, this::write);
  }

  /** False when there is no room. */
  @Override
  public boolean test(Collected collected) {
    return belt.offer(collected);
  }

  private void write(List<Collected> batch) {
    var texts = new LinkedHashMap<Day, StringBuilder>();
    try {
      for (Collected each : batch) {
        var day =
            new Day(
                root.resolve(each.collection().place()),
                each.served().version(),
                LocalDate.ofInstant(each.at(), ZoneOffset.UTC));
        var text = texts.computeIfAbsent(day, _ -> new StringBuilder());
        text.append(CollectedLine.json(each)).append('\n');
        if (text.length() >= largest() / 2) {
          append(day, text);
        }
      }
      for (var entry : texts.entrySet()) {
        append(entry.getKey(), entry.getValue());
      }
      written.add(batch.size());
      failing = false;
    } catch (IOException | UncheckedIOException e) {
      // A full disk: later requests may find room again.
      lost.add(batch.size());
      if (!failing) {
        log.warn("collected requests cannot be written below {}", root, e);
      }
      failing = true;
    } finally {
      batch.forEach(Collected::release);
    }
  }

  private long largest() {
    return Math.min(LARGEST, keep / FILES);
  }

  private void append(Day day, StringBuilder text) throws IOException {
    var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    text.setLength(0);
    if (bytes.hasRemaining() && append(day, bytes)) {
      new Shelf(day.place(), keep).tidy();
    }
  }

  /** True when it has begun a file. */
  private boolean append(Day day, ByteBuffer bytes) throws IOException {
    numbers.keySet().removeIf(other -> other.date().isBefore(day.date()));
    int number = numbers.computeIfAbsent(day, CollectedFiles::last);
    Path file = day.file(number);
    if (Files.exists(file) && Files.size(file) + bytes.remaining() > largest()) {
      number++;
      numbers.put(day, number);
      file = day.file(number);
    }
    boolean fresh = !Files.exists(file);
    if (fresh) {
      Files.createDirectories(
          day.folder(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    try (var channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    return fresh;
  }

  /** The number of the day's last file, after a restart; the first ones may be gone already. */
  private static int last(Day day) {
    if (!Files.isDirectory(day.folder())) {
      return 0;
    }
    try (Stream<Path> files = Files.list(day.folder())) {
      return files
          .map(file -> NUMBERED.matcher(file.getFileName().toString()))
          .filter(name -> name.matches() && name.group(1).equals(day.date().toString()))
          .mapToInt(name -> Integer.parseInt(name.group(2)))
          .max()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has been written and lost. */
  public List<Metrics.Count> counts() {
    return List.of(
        new Metrics.Count("collected", "Requests whose bodies were written.", written::sum),
        new Metrics.Count("collected_lost", "Those that could not be written.", lost::sum));
  }

  /** Writes what waits. */
  @Override
  public void close() {
    belt.close();
  }
}
