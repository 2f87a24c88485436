/**
 * The composition root: settings, data folder, wiring and {@code main}. The only package that may
 * see all others; none sees it.
 */
@NullMarked
package dev.gatehouse.server.boot;

import org.jspecify.annotations.NullMarked;
