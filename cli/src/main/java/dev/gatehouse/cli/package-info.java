/** The commands, on the API. */
@NullMarked
package dev.gatehouse.cli;

import org.jspecify.annotations.NullMarked;
