/** Traces and log lines on their way to a collector of OpenTelemetry, by OTLP over HTTP. */
@NullMarked
package dev.gatehouse.server.telemetry;

import org.jspecify.annotations.NullMarked;
