package dev.gatehouse.server.service.ramp;

import dev.gatehouse.server.service.definition.Definition;
import dev.gatehouse.server.service.definition.Part;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The traffic of the versions of one service, in percent. */
final class Shares {
  private Shares() {}

  /** As the definition says, in its order. */
  static Map<String, Integer> of(Definition definition) {
    var shares = new LinkedHashMap<String, Integer>();
    definition.parts().forEach(part -> shares.put(part.version(), part.share()));
    return shares;
  }

  /**
   * The definition's, with so many percent for one version; the others share the rest in the
   * proportions that they have, of which at least one must have some.
   */
  static Map<String, Integer> with(Definition definition, String version, int percent) {
    var shares = of(definition);
    int others = 100 - shares.getOrDefault(version, 0);
    int left = 100 - percent;
    var rest = new LinkedHashMap<String, Integer>();
    for (Part part : definition.parts()) {
      if (!part.version().equals(version)) {
        int share = part.share() * (100 - percent);
        shares.put(part.version(), share / others);
        rest.put(part.version(), share % others);
        left -= share / others;
      }
    }
    shares.put(version, percent);
    rest.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(left)
        .forEach(each -> shares.merge(each.getKey(), 1, Integer::sum));
    return shares;
  }
}
