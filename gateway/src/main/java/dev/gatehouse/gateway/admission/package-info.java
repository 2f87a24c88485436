/**
 * How many requests a version works on at once, who waits, for how long, and which replica is next.
 * Knows no I/O.
 */
@NullMarked
package dev.gatehouse.gateway.admission;

import org.jspecify.annotations.NullMarked;
