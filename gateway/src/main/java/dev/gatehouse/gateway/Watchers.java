package dev.gatehouse.gateway;

import dev.gatehouse.gateway.collect.Collector;
import dev.gatehouse.gateway.trace.Tracing;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who is told of requests, all on event loops: none of them may block.
 *
 * @param journal told of each request that is over
 * @param tracing told of those that are traced
 * @param collector told of those that are to be collected
 */
public record Watchers(
    Optional<Consumer<Served>> journal, Optional<Tracing> tracing, Optional<Collector> collector) {
  public static final Watchers NONE =
      new Watchers(Optional.empty(), Optional.empty(), Optional.empty());
}
