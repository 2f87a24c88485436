package dev.gatehouse.dns;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.HINFORecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** One question put to one zone: RFC 1034 section 4.3.2 with the wildcards of RFC 4592. */
final class Lookup {
  private static final int LONGEST_CHAIN = 16;
  private static final long ANY_TTL = 3_600;
  private static final Name STAR = Name.fromConstantString("*");
  private static final int[] ADDRESS_TYPES = {Type.A, Type.AAAA};

  private final Zone zone;
  private final int type;
  private final List<Record> answers = new ArrayList<>();
  private final List<Record> authority = new ArrayList<>();
  private final List<Record> additional = new ArrayList<>();

  private Lookup(Zone zone, int type) {
    this.zone = zone;
    this.type = type;
  }

  /** The name must be at or below the zone's apex. */
  static Answer ask(Zone zone, Name name, int type) {
    return new Lookup(zone, type).follow(name);
  }

  private Answer follow(Name question) {
    Name name = question;
    while (true) {
      switch (find(name)) {
        case Finding.Delegated(Name cut, RecordSet servers) -> {
          authority.addAll(servers.under(cut));
          addAddresses(authority);
          // The bit speaks for the first name of a chain (RFC 1035 section 4.1.1).
          return answer(Rcode.NOERROR, !answers.isEmpty());
        }
        case Finding.Missing() -> {
          authority.add(zone.soa());
          return answer(Rcode.NXDOMAIN, true);
        }
        case Finding.Found(Node node) -> {
          var alias = node.set(Type.CNAME);
          if (alias == null || type == Type.CNAME || type == Type.ANY) {
            addOwn(name, node);
            return answer(Rcode.NOERROR, true);
          }
          var record = (CNAMERecord) alias.under(name).getFirst();
          answers.add(record);
          name = record.getTarget();
          if (!name.subdomain(zone.origin()) || chaseEnds(name)) {
            return answer(Rcode.NOERROR, true);
          }
        }
      }
    }
  }

  private Answer answer(int rcode, boolean authoritative) {
    return new Answer(rcode, authoritative, answers, authority, additional);
  }

  private boolean chaseEnds(Name target) {
    return answers.size() >= LONGEST_CHAIN
        || answers.stream().anyMatch(record -> record.getName().equals(target));
  }

  private void addOwn(Name name, Node node) {
    if (type == Type.SOA && name.equals(zone.origin())) {
      answers.add(zone.soa());
      return;
    }
    if (type == Type.ANY && !node.bare()) {
      addInsteadOfAny(name, node);
      return;
    }
    var set = node.set(type);
    if (set == null) {
      authority.add(zone.soa());
      return;
    }
    var records = set.under(name);
    answers.addAll(records);
    if (type == Type.NS) {
      addAddresses(records);
    }
  }

  // RFC 8482 section 4.2: one synthesized HINFO, but never beside a CNAME.
  private void addInsteadOfAny(Name name, Node node) {
    var alias = node.set(Type.CNAME);
    if (alias == null) {
      answers.add(new HINFORecord(name, DClass.IN, ANY_TTL, "RFC8482", ""));
    } else {
      answers.addAll(alias.under(name));
    }
  }

  /** Adds what the zone knows of the servers' addresses, glue below a cut included. */
  private void addAddresses(List<Record> servers) {
    for (var server : servers) {
      Name host = ((NSRecord) server).getTarget();
      var node = zone.node(host);
      if (node != null) {
        for (int addressType : ADDRESS_TYPES) {
          var addresses = node.set(addressType);
          if (addresses != null) {
            additional.addAll(addresses.under(host));
          }
        }
      }
    }
  }

  /** Walks down from the apex: the work is bounded by the zone's depth, not by the question's. */
  private Finding find(Name name) {
    int below = name.labels() - zone.origin().labels();
    for (int strip = below; ; strip--) {
      Name ancestor = new Name(name, strip);
      var node = zone.node(ancestor);
      if (node == null) {
        return underWildcard(new Name(name, strip + 1));
      }
      var servers = strip == below ? null : node.set(Type.NS);
      // DS belongs to the side above the cut (RFC 4035 section 3.1.4.1).
      if (servers != null && !(strip == 0 && type == Type.DS)) {
        return new Finding.Delegated(ancestor, servers);
      }
      if (strip == 0) {
        return new Finding.Found(node);
      }
    }
  }

  // RFC 4592 section 3.3.1: only the wildcard right below the closest encloser counts.
  private Finding underWildcard(Name encloser) {
    var node = wildcard(encloser);
    return node == null ? new Finding.Missing() : new Finding.Found(node);
  }

  private @Nullable Node wildcard(Name encloser) {
    try {
      return zone.node(Name.concatenate(STAR, encloser));
    } catch (NameTooLongException _) {
      // A name that long is in no zone.
      return null;
    }
  }
}
