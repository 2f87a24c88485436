package dev.gatehouse.server.telemetry;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What the replicas of services print, sent as log lines for those services that want it. */
public final class Insights {
  private static final int LONGEST = 64 * 1024;

  private final Consumer<LogLine> receiver;
  private final InstantSource clock;
  private final Map<String, Map<String, LogLine.Source>> byService = new ConcurrentHashMap<>();
  private volatile Map<String, LogLine.Source> sources = Map.of();

  /** The receiver must not block. */
  public Insights(Consumer<LogLine> receiver, InstantSource clock) {
    this.receiver = receiver;
    this.clock = clock;
  }

  /** From now on the lines of these instances of the service are sent, and of no others. */
  public synchronized void follow(String serviceId, Map<String, LogLine.Source> instances) {
    if (instances.isEmpty()) {
      byService.remove(serviceId);
    } else {
      byService.put(serviceId, Map.copyOf(instances));
    }
    var all = new ConcurrentHashMap<String, LogLine.Source>();
    byService.values().forEach(all::putAll);
    sources = Map.copyOf(all);
  }

  /** Takes a line that an instance has printed. */
  public void line(String instance, String text) {
    var source = sources.get(instance);
    if (source != null) {
      String bounded = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
      receiver.accept(
          new LogLine(source, clock.instant(), bounded, Map.of("gatehouse.instance", instance)));
    }
  }
}
