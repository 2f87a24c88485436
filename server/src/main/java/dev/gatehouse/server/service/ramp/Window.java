package dev.gatehouse.server.service.ramp;

import dev.gatehouse.gateway.http.Tally;

/**
 * What a version has done since its step began.
 *
 * @param errors answers with 500 or above, be they its own or the gateway's for it
 * @param slow answers that took longer than its bound
 */
record Window(long requests, long errors, long slow) {
  static final Window NOTHING = new Window(0, 0, 0);

  static Window of(Tally.Counts counts) {
    return new Window(counts.requests(), counts.errors(), counts.slow());
  }

  /** Counts since the earlier ones; all of them when the counting has begun anew meanwhile. */
  Window since(Window earlier) {
    return requests < earlier.requests
        ? this
        : new Window(requests - earlier.requests, errors - earlier.errors, slow - earlier.slow);
  }
}
