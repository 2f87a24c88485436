/** Registered environments and their versions (PROTOCOL.md 10). */
@NullMarked
package dev.gatehouse.server.environment;

import org.jspecify.annotations.NullMarked;
