package dev.gatehouse.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

/** Messages of other servers, read. */
final class Replies {
  private Replies() {}

  /** Two answers about one name, for A and for AAAA, as one. */
  static Reply of(Message four, Message six, String server) {
    for (var message : List.of(four, six)) {
      if (message.getRcode() != Rcode.NOERROR && message.getRcode() != Rcode.NXDOMAIN) {
        return new Reply.Failed(
            "%s answers %s".formatted(server, Rcode.string(message.getRcode())));
      }
    }
    List<Record> answers =
        Stream.of(four, six).flatMap(m -> m.getSection(Section.ANSWER).stream()).toList();
    List<InetAddress> addresses =
        answers.stream()
            .filter(record -> record instanceof ARecord || record instanceof AAAARecord)
            .map(Replies::address)
            .distinct()
            .toList();
    if (addresses.isEmpty()) {
      return new Reply.Nothing(four.getRcode() == Rcode.NOERROR, negativeTtl(four));
    }
    List<String> aliases =
        answers.stream()
            .filter(CNAMERecord.class::isInstance)
            .map(record -> ((CNAMERecord) record).getTarget().toString(true))
            .distinct()
            .toList();
    long ttl = answers.stream().mapToLong(Record::getTTL).min().orElse(0);
    return new Reply.Leads(addresses, aliases, Duration.ofSeconds(ttl));
  }

  static InetAddress address(Record record) {
    return switch (record) {
      case ARecord a -> a.getAddress();
      case AAAARecord aaaa -> aaaa.getAddress();
      default -> throw new IllegalArgumentException("record: " + record + " (expected: A or AAAA)");
    };
  }

  // RFC 2308 section 5: the smaller of the SOA's TTL and its last field.
  private static Duration negativeTtl(Message message) {
    return message.getSection(Section.AUTHORITY).stream()
        .filter(SOARecord.class::isInstance)
        .map(SOARecord.class::cast)
        .findFirst()
        .map(soa -> Duration.ofSeconds(Math.min(soa.getTTL(), soa.getMinimum())))
        .orElse(Duration.ZERO);
  }
}
