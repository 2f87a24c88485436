/**
 * Uploaded files: signed upload links, blobs whole or in blocks, and the folder of contents named
 * by their SHA-256 (PROTOCOL.md 7), the default datastore among them.
 */
@NullMarked
package dev.gatehouse.server.artifact;

import org.jspecify.annotations.NullMarked;
