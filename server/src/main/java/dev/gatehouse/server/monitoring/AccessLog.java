package dev.gatehouse.server.monitoring;

import dev.gatehouse.gateway.Served;
import dev.gatehouse.server.rest.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A line of JSON per request, written by a thread of its own; what the bounded queue has no room
 * for is dropped and counted. A file that is full becomes {@code <name>.1}, and that one {@code
 * <name>.2}; older ones go.
 */
public final class AccessLog implements Consumer<Served>, AutoCloseable {
  private static final int AT_ONCE = 512;
  private static final String SECRET_PATH = "/msi/token/";

  private final Path file;
  private final Bounds bounds;
  private final InstantSource clock;
  private final Belt<Line> belt;

  /** The belt's thread's. */
  private FileChannel channel;

  private record Line(Instant time, Served served) {}

  /**
   * @param fileBytes after which a new file begins
   * @param waiting lines that may wait to be written
   */
  public record Bounds(long fileBytes, int waiting) {
    /** Three files of 50 MiB at most. */
    public static final Bounds DEFAULT = new Bounds(50L << 20, 8_192);
  }

  /** Opens the file before it returns, so that a wrong path is heard of at the start. */
  public AccessLog(Path file, Bounds bounds, InstantSource clock) throws IOException {
    this.file = file;
    this.bounds = bounds;
    this.clock = clock;
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    this.channel = open();
    this.belt = new Belt<>("access-log", bounds.waiting(), AT_ONCE, this::write);
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  @Override
  public void accept(Served served) {
    belt.offer(new Line(clock.instant(), served));
  }

  /** Requests that have no line. */
  public long dropped() {
    return belt.dropped();
  }

  private void write(List<Line> batch) throws IOException {
    var text = new StringBuilder();
    batch.forEach(line -> text.append(json(line)).append('\n'));
    var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    if (channel.size() > 0 && channel.size() + bytes.remaining() > bounds.fileBytes()) {
      channel.close();
      Path older = file.resolveSibling(file.getFileName() + ".1");
      if (Files.exists(older)) {
        Path oldest = file.resolveSibling(file.getFileName() + ".2");
        Files.move(older, oldest, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(file, older);
      channel = open();
    }
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String json(Line line) {
    Served served = line.served();
    return Json.object()
        .put("time", line.time().toString())
        .put("remote", served.remote())
        .put("tls", served.tls())
        .put("sni", served.serverName())
        .put("host", served.host())
        .put("service", served.service())
        .put("version", served.version())
        .put("method", served.method())
        .put("path", shown(served.path()))
        .put("status", served.status())
        .put("received", served.received())
        .put("bytes", served.bytes())
        .put("ms", TimeUnit.NANOSECONDS.toMicros(served.nanos()) / 1e3)
        .put("id", served.requestId())
        .put("trace", served.traceId())
        .toString();
  }

  /** The path of the managed identity's token is the proof of who asks. */
  private static String shown(String path) {
    String single = path.replaceAll("/{2,}", "/");
    return single.regionMatches(true, 0, SECRET_PATH, 0, SECRET_PATH.length())
        ? SECRET_PATH + "•••"
        : path;
  }

  /** Writes what waits. */
  @Override
  public void close() throws IOException {
    belt.close();
    channel.close();
  }
}
