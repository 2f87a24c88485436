package dev.gatehouse.server.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A folder of contents, each once, named by its SHA-256: {@code ab/ab12…}. A content is never
 * changed and, for now, never removed, even when nothing refers to it any more.
 */
public final class ContentStore {
  /** How long blocks wait for their block list before a start removes them. */
  private static final Duration PATIENCE = Duration.ofDays(7);

  private final Path folder;
  private final CheckedWriter writer;
  private final Blocks blocks;

  /** Makes the folder when it is absent, and removes what a crash has left half written. */
  public ContentStore(Path folder, InstantSource clock) throws IOException {
    this(folder, new CheckedWriter(folder.resolve("incoming")), clock.instant());
  }

  ContentStore(Path folder, CheckedWriter writer, Instant now) throws IOException {
    this.folder = folder;
    this.writer = writer;
    this.blocks = new Blocks(folder.resolve("blocks"), writer);
    blocks.forgetBefore(now.minus(PATIENCE));
  }

  /** Stores the body; a second copy of the same content takes no more space. */
  Content put(InputStream body, Announced announced) throws IOException {
    return writer.write(body, announced, content -> file(content.digest()));
  }

  Blocks blocks() {
    return blocks;
  }

  /** Where the content with that SHA-256 is, or would be. */
  Path file(String digest) {
    return folder.resolve(digest.substring(0, 2)).resolve(digest);
  }
}
