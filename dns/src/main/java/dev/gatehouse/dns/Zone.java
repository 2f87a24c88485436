package dev.gatehouse.dns;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * The records of one zone, immutable: a change gives a new zone that shares all untouched names
 * with the old one and has the next serial; what changes nothing gives the same zone.
 */
public final class Zone {
  private static final Duration NS_TTL = Duration.ofHours(1);

  private final Name origin;
  private final String apex;
  private final StartOfAuthority authority;
  private final PMap<Name, Node> nodes;

  private Zone(String apex, Name origin, StartOfAuthority authority, PMap<Name, Node> nodes) {
    this.apex = apex;
    this.origin = origin;
    this.authority = authority;
    this.nodes = nodes;
  }

  /** A zone of the SOA and one NS record, that of the primary server. */
  public static Zone of(String apex, StartOfAuthority authority) {
    String name = Names.host("zone apex", apex);
    var ns = new ResourceRecord(name, NS_TTL, new RecordData.Ns(authority.primary()));
    Name origin = Names.wire(name);
    return new Zone(name, origin, authority, HashTreePMap.singleton(origin, Node.EMPTY.with(ns)));
  }

  /** The zone's own name, lower case without a final dot. */
  public String apex() {
    return apex;
  }

  /** What the SOA record says, with the serial of this state. */
  public StartOfAuthority authority() {
    return authority;
  }

  /** Whether the name is the apex or below it; the record itself may not exist. */
  public boolean encloses(String name) {
    String text = Names.owner("name", name);
    return text.equals(apex) || text.endsWith("." + apex);
  }

  /** The records that stand at that very name, the SOA aside; wildcards are not applied. */
  public List<ResourceRecord> recordsAt(String name) {
    String text = Names.owner("name", name);
    var node = nodes.get(Names.wire(text));
    if (node == null) {
      return List.of();
    }
    return node.sets().values().stream()
        .flatMap(set ->
            set.data().stream()
                .map(data -> new ResourceRecord(text, Duration.ofSeconds(set.ttl()), data)))
        .toList();
  }

  /** Adds one record; see {@link #with(Collection)}. */
  public Zone with(ResourceRecord record) {
    return with(List.of(record));
  }

  /** Adds all records as one change; refuses names outside the zone and a CNAME beside others. */
  public Zone with(Collection<ResourceRecord> records) {
    var changed = nodes;
    for (var record : records) {
      if (!encloses(record.name())) {
        throw new IllegalArgumentException(
            "record name: '" + record.name() + "' (expected: a name at or below " + apex + ")");
      }
      changed = replaced(changed, Names.wire(record.name()), node -> node.with(record));
    }
    return next(changed);
  }

  /** Removes one record; see {@link #without(Collection)}. */
  public Zone without(ResourceRecord record) {
    return without(List.of(record));
  }

  /** Removes the records of the same name and data, whatever their TTL, as one change. */
  public Zone without(Collection<ResourceRecord> records) {
    var changed = nodes;
    for (var record : records) {
      changed = replaced(changed, Names.wire(record.name()), node -> node.without(record.data()));
    }
    return next(changed);
  }

  /** Removes all records at that very name; names below it stay. */
  public Zone withoutName(String name) {
    return next(replaced(nodes, Names.wire(Names.owner("name", name)), Node::withoutRecords));
  }

  Name origin() {
    return origin;
  }

  Record soa() {
    return Wire.soa(origin, authority);
  }

  @Nullable Node node(Name name) {
    return nodes.get(name);
  }

  // Identity is meant: an untouched map is handed back as it is, and comparing entries costs O(n).
  @SuppressWarnings("ReferenceEquality")
  private Zone next(PMap<Name, Node> changed) {
    if (changed == nodes) {
      return this;
    }
    var top = changed.get(origin);
    if (top == null || top.set(Type.NS) == null) {
      throw new IllegalArgumentException(
          "zone " + apex + ": no NS record is left at the apex (expected: at least one)");
    }
    return new Zone(apex, origin, authority.next(), changed);
  }

  private PMap<Name, Node> replaced(PMap<Name, Node> from, Name name, UnaryOperator<Node> change) {
    var old = from.get(name);
    var before = old == null ? Node.EMPTY : old;
    var after = change.apply(before);
    if (after.equals(before)) {
      return from;
    }
    if (after.gone()) {
      return counted(from.minus(name), name, -1);
    }
    var changed = from.plus(name, after);
    return old == null ? counted(changed, name, 1) : changed;
  }

  /** Tells the names above that one below came or went; those that only led to it come and go. */
  private PMap<Name, Node> counted(PMap<Name, Node> from, Name child, int change) {
    var changed = from;
    for (Name name = child; !name.equals(origin); ) {
      name = new Name(name, 1);
      var old = changed.get(name);
      var parent = (old == null ? Node.EMPTY : old).withChildren(change);
      if (parent.gone()) {
        changed = changed.minus(name);
      } else {
        changed = changed.plus(name, parent);
        if (old != null) {
          break;
        }
      }
    }
    return changed;
  }
}
