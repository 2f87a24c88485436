package dev.gatehouse.dns;

import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;

/** The records of one name and type: never empty, no two alike, one TTL in seconds. */
record RecordSet(long ttl, List<RecordData> data) {
  /** Leaves room in a message of 65,535 bytes for a chain of CNAMEs before the set. */
  private static final int MOST_BYTES = 60_000;

  RecordSet {
    data = List.copyOf(data);
  }

  RecordSet with(long newTtl, RecordData added) {
    if (data.contains(added)) {
      return new RecordSet(newTtl, data);
    }
    return new RecordSet(newTtl, Stream.concat(data.stream(), Stream.of(added)).toList());
  }

  List<RecordData> dataWithout(RecordData removed) {
    return data.stream().filter(each -> !each.equals(removed)).toList();
  }

  /** The set as dnsjava's records, under the name (and in the case) that was asked for. */
  List<Record> under(Name owner) {
    return data.stream().map(each -> Wire.record(owner, ttl, each)).toList();
  }

  boolean fitsMessage() {
    return data.stream()
            .mapToLong(each -> Wire.record(Name.root, ttl, each).rdataToWireCanonical().length + 12)
            .sum()
        <= MOST_BYTES;
  }
}
