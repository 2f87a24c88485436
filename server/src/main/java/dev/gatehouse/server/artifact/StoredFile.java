package dev.gatehouse.server.artifact;

import java.nio.file.Path;

/**
 * One uploaded file.
 *
 * @param path below its container, with slashes
 * @param digest SHA-256 in hex, which also names the stored content
 */
public record StoredFile(String path, String digest, long size, Path file) {}
