package dev.gatehouse.server.collection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files that entry scripts collect, {@code SUBSCRIPTION/GROUP/WORKSPACE/SERVICE/...},
 * within their bound for each service.
 */
public final class ModelData implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelData.class);
  private static final int DEPTH = 4;
  private static final int PERIOD_SECONDS = 30;

  private final Path root;
  private final long keep;
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * @param keep bytes of each service
   */
  public ModelData(Path root, long keep) {
    this.root = root;
    this.keep = keep;
    Thread.ofVirtual().name("model-data").start(this::run);
  }

  private void run() {
    try {
      do {
        tidy();
      } while (!closing.await(PERIOD_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  void tidy() {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root, DEPTH)) {
      List<Path> services =
          all.filter(path -> root.relativize(path).getNameCount() == DEPTH).toList();
      for (Path service : services) {
        new Shelf(service, keep).tidy();
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      log.warn("old files below {} cannot be removed", root, e);
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
