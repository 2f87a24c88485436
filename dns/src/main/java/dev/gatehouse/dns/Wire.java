package dev.gatehouse.dns;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CAARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** Our records as dnsjava's, which know how to become bytes. */
final class Wire {
  private static final int LONGEST_STRING = 255;
  // Nobody transfers the zone, so no one acts on these three; the values are those RIPE-203
  // recommends.
  private static final long REFRESH = 86_400;
  private static final long RETRY = 7_200;
  private static final long EXPIRE = 3_600_000;

  private Wire() {}

  static int type(RecordData data) {
    return switch (data) {
      case RecordData.Address a -> a.address() instanceof Inet4Address ? Type.A : Type.AAAA;
      case RecordData.Cname _ -> Type.CNAME;
      case RecordData.Ns _ -> Type.NS;
      case RecordData.Txt _ -> Type.TXT;
      case RecordData.Caa _ -> Type.CAA;
    };
  }

  static Record record(Name owner, long ttl, RecordData data) {
    return switch (data) {
      case RecordData.Address a when a.address() instanceof Inet4Address ->
          new ARecord(owner, DClass.IN, ttl, a.address());
      case RecordData.Address a -> new AAAARecord(owner, DClass.IN, ttl, a.address());
      case RecordData.Cname c -> new CNAMERecord(owner, DClass.IN, ttl, Names.wire(c.target()));
      case RecordData.Ns n -> new NSRecord(owner, DClass.IN, ttl, Names.wire(n.host()));
      case RecordData.Txt t -> new TXTRecord(owner, DClass.IN, ttl, strings(t.value()));
      case RecordData.Caa c ->
          new CAARecord(owner, DClass.IN, ttl, c.flags(), c.tag(), escaped(c.value()));
    };
  }

  static Record soa(Name origin, StartOfAuthority authority) {
    long negativeTtl = authority.negativeTtl().toSeconds();
    return new SOARecord(
        origin,
        DClass.IN,
        negativeTtl,
        Names.wire(authority.primary()),
        authority.mailbox(),
        authority.serial(),
        REFRESH,
        RETRY,
        EXPIRE,
        negativeTtl);
  }

  private static List<String> strings(String value) {
    var strings = new ArrayList<String>();
    int from = 0;
    do {
      int to = Math.min(value.length(), from + LONGEST_STRING);
      strings.add(escaped(value.substring(from, to)));
      from = to;
    } while (from < value.length());
    return strings;
  }

  // dnsjava reads these texts as in a zone file, where a backslash starts an escape.
  private static String escaped(String text) {
    return text.replace("\\", "\\\\");
  }
}
