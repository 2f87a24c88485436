/** The control plane: one package per feature, compute drivers, REST, and Main. */
@NullMarked
package dev.gatehouse.server;

import org.jspecify.annotations.NullMarked;
