/** What operators look at: metrics in the text format of Prometheus, and the access log. */
@NullMarked
package dev.gatehouse.server.monitoring;

import org.jspecify.annotations.NullMarked;
