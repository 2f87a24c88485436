/** Authoritative DNS over an immutable zone. */
@NullMarked
package dev.gatehouse.dns;

import org.jspecify.annotations.NullMarked;
