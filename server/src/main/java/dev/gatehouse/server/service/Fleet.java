package dev.gatehouse.server.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.server.service.definition.Part;
import dev.gatehouse.server.service.driver.Started;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** What runs at this moment, by service and version; empty after a start of the process. */
final class Fleet {
  /** One version that answers. */
  record Running(String instance, Part part, Started started) {}

  @GuardedBy("this")
  private final Map<String, Map<String, Running>> services = new HashMap<>();

  private final ReentrantLock publishing = new ReentrantLock();

  /** One at a time: a route must not be published from what has just been replaced. */
  void publishing(Runnable step) {
    publishing.lock();
    try {
      step.run();
    } finally {
      publishing.unlock();
    }
  }

  synchronized Map<String, Map<String, Running>> all() {
    var all = new HashMap<String, Map<String, Running>>();
    services.forEach((id, versions) -> all.put(id, Map.copyOf(versions)));
    return all;
  }

  synchronized Map<String, Running> of(String serviceId) {
    return new LinkedHashMap<>(services.getOrDefault(serviceId, Map.of()));
  }

  /** Returns what ran before. */
  synchronized Map<String, Running> put(String serviceId, Map<String, Running> running) {
    Map<String, Running> before = of(serviceId);
    services.put(serviceId, new LinkedHashMap<>(running));
    return before;
  }

  synchronized Map<String, Running> remove(String serviceId) {
    Map<String, Running> before = services.remove(serviceId);
    return before == null ? Map.of() : before;
  }

  /** Everything, which is then forgotten. */
  synchronized Map<String, Map<String, Running>> clear() {
    var all = new HashMap<>(services);
    services.clear();
    return all;
  }
}
