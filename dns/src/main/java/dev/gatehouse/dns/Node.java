package dev.gatehouse.dns;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/** A name that exists: because of its records, or only because of names below it. */
record Node(Map<Integer, RecordSet> sets, int children) {
  static final Node EMPTY = new Node(Map.of(), 0);

  Node {
    sets = Map.copyOf(sets);
  }

  @Nullable RecordSet set(int type) {
    return sets.get(type);
  }

  /** Whether the name exists only because something stands below it (an empty non-terminal). */
  boolean bare() {
    return sets.isEmpty();
  }

  /** Whether nothing keeps the name in the zone. */
  boolean gone() {
    return sets.isEmpty() && children == 0;
  }

  Node withChildren(int change) {
    return new Node(sets, children + change);
  }

  Node withoutRecords() {
    return new Node(Map.of(), children);
  }

  /** The TTL given last is that of the whole set (RFC 2181 section 5.2). */
  Node with(ResourceRecord record) {
    int type = Wire.type(record.data());
    long ttl = record.ttl().toSeconds();
    var old = sets.get(type);
    var set =
        old == null ? new RecordSet(ttl, List.of(record.data())) : old.with(ttl, record.data());
    checkAlone(record, type, set);
    if (!set.fitsMessage()) {
      throw new IllegalArgumentException(
          "record "
              + record.name()
              + " "
              + Type.string(type)
              + ": too many (expected: what one DNS message of 64 KiB holds)");
    }
    return changed(type, set);
  }

  Node without(RecordData data) {
    int type = Wire.type(data);
    var old = sets.get(type);
    if (old == null) {
      return this;
    }
    var left = old.dataWithout(data);
    return changed(type, left.isEmpty() ? null : new RecordSet(old.ttl(), left));
  }

  private void checkAlone(ResourceRecord record, int type, RecordSet set) {
    boolean alone =
        type == Type.CNAME
            ? set.data().size() == 1 && (sets.isEmpty() || sets.containsKey(Type.CNAME))
            : !sets.containsKey(Type.CNAME);
    if (!alone) {
      throw new IllegalArgumentException(
          "record "
              + record.name()
              + " "
              + Type.string(type)
              + ": other records stand there (expected: a CNAME alone at its name; remove one)");
    }
  }

  private Node changed(int type, @Nullable RecordSet set) {
    var copy = new HashMap<>(sets);
    if (set == null) {
      copy.remove(type);
    } else {
      copy.put(type, set);
    }
    return new Node(copy, children);
  }
}
