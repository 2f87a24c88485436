/**
 * Registered models, their versions, and the assets that tie a model to its uploaded files
 * (PROTOCOL.md 8).
 */
@NullMarked
package dev.gatehouse.server.model;

import org.jspecify.annotations.NullMarked;
