/**
 * Gradual roll-outs: a version of an endpoint gets its traffic in steps, and loses it again when
 * its errors or latencies pass a bound.
 */
@NullMarked
package dev.gatehouse.server.service.ramp;

import org.jspecify.annotations.NullMarked;
