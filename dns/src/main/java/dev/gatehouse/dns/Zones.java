package dev.gatehouse.dns;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/** All zones of a server at one instant. */
final class Zones {
  private final Map<Name, Zone> byOrigin;
  private final int deepest;

  private Zones(Map<Name, Zone> byOrigin) {
    this.byOrigin = byOrigin;
    this.deepest =
        byOrigin.keySet().stream().map(Name::labels).max(Comparator.naturalOrder()).orElse(0);
  }

  static Zones of(List<Zone> zones) {
    var byOrigin = new LinkedHashMap<Name, Zone>();
    for (var zone : zones) {
      if (byOrigin.put(zone.origin(), zone) != null) {
        throw new IllegalArgumentException(
            "zones: '" + zone.apex() + "' twice (expected: each apex once)");
      }
    }
    return new Zones(byOrigin);
  }

  List<Zone> list() {
    return List.copyOf(byOrigin.values());
  }

  @Nullable Zone at(Name origin) {
    return byOrigin.get(origin);
  }

  /** The zone with the longest apex that encloses the name. */
  @Nullable Zone enclosing(Name name) {
    int labels = name.labels();
    for (int left = Math.min(labels, deepest); left > 0; left--) {
      var zone = byOrigin.get(new Name(name, labels - left));
      if (zone != null) {
        return zone;
      }
    }
    return null;
  }

  Zones changed(Name origin, UnaryOperator<Zone> change) {
    var old = byOrigin.get(origin);
    if (old == null) {
      throw new IllegalArgumentException(
          "zone apex: '" + origin + "' is not served here (expected: one of " + apexes() + ")");
    }
    var changed = change.apply(old);
    if (!changed.origin().equals(origin)) {
      throw new IllegalArgumentException(
          "changed zone: '" + changed.apex() + "' (expected: the same apex, " + old.apex() + ")");
    }
    var copy = new LinkedHashMap<>(byOrigin);
    copy.put(origin, changed);
    return new Zones(copy);
  }

  private List<String> apexes() {
    return byOrigin.values().stream().map(Zone::apex).toList();
  }
}
