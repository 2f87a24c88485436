package dev.gatehouse.server.artifact;

import java.time.Instant;

/**
 * A stored blob.
 *
 * @param blockList SHA-256 of the block list that made it; empty when it came whole
 */
record Blob(String name, Content content, String mediaType, Instant modified, String blockList) {
  /** Changes with the content, and only with it. */
  String etag() {
    return "\"0x" + content.digest().substring(0, 32) + "\"";
  }
}
