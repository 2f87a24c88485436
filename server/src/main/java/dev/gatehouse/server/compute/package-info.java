/**
 * Compute targets: create, attach, update, detach, delete, and their TLS configuration (PROTOCOL.md
 * 6).
 */
@NullMarked
package dev.gatehouse.server.compute;

import org.jspecify.annotations.NullMarked;
