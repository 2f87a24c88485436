package dev.gatehouse.server.operation;

import java.time.Instant;

/** One line that an operation told whoever waits for it. */
public record LogLine(Instant at, String text) {}
