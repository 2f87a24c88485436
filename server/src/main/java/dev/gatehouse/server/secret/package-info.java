/**
 * Secrets at rest: sealed with AES-256-GCM by a master key that lies in a file of its own, readable
 * by its owner only.
 */
@NullMarked
package dev.gatehouse.server.secret;

import org.jspecify.annotations.NullMarked;
