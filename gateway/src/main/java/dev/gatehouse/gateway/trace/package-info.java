/** Traces of requests: W3C trace context in and out, and the moments of those that are sampled. */
@NullMarked
package dev.gatehouse.gateway.trace;

import org.jspecify.annotations.NullMarked;
