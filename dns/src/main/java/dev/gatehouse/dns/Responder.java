package dev.gatehouse.dns;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Bytes of a question to bytes of an answer; any number of threads, no lock. */
final class Responder {
  private static final Logger log = LoggerFactory.getLogger(Responder.class);
  private static final int FIRST_META_TYPE = 128;
  private static final int LAST_META_TYPE = 254;

  private final Supplier<Zones> zones;
  private final Set<String> faultsSeen = ConcurrentHashMap.newKeySet();

  Responder(Supplier<Zones> zones) {
    this.zones = zones;
  }

  /** Empty where silence is right: what is shorter than a header, and what is itself a response. */
  Optional<byte[]> answer(byte[] asked, Transport transport) {
    if (asked.length < Header.LENGTH) {
      return Optional.empty();
    }
    var header = header(asked);
    if (header.getFlag(Flags.QR)) {
      return Optional.empty();
    }
    if (header.getOpcode() != Opcode.QUERY) {
      return Optional.of(bare(header, Rcode.NOTIMP));
    }
    var question = parse(asked);
    if (question == null) {
      return Optional.of(bare(header, Rcode.FORMERR));
    }
    try {
      return Optional.of(encode(question, answer(question), transport));
    } catch (RuntimeException e) {
      if (faultsSeen.add(e.getClass().getName())) {
        log.error("A question made the DNS server fail; this kind is logged once", e);
      }
      return Optional.of(bare(header, Rcode.SERVFAIL));
    }
  }

  private Answer answer(Message question) {
    var edns = question.getOPT();
    if (edns != null && edns.getVersion() > 0) {
      return Answer.BAD_VERSION;
    }
    var asked = question.getQuestion();
    int type = asked.getType();
    if (asked.getDClass() != DClass.IN || type == Type.AXFR || type == Type.IXFR) {
      return Answer.REFUSED;
    }
    if (type == Type.OPT || (type >= FIRST_META_TYPE && type <= LAST_META_TYPE)) {
      return Answer.NOT_IMPLEMENTED;
    }
    var zone = zones.get().enclosing(asked.getName());
    return zone == null ? Answer.REFUSED : Lookup.ask(zone, asked.getName(), type);
  }

  private static Header header(byte[] asked) {
    try {
      return new Header(asked);
    } catch (IOException e) {
      throw new IllegalStateException("a DNS header of 12 bytes was refused", e);
    }
  }

  private static @Nullable Message parse(byte[] asked) {
    try {
      var message = new Message(asked);
      return message.getSection(Section.QUESTION).size() == 1 && ednsIsSound(message)
          ? message
          : null;
    } catch (IOException | RuntimeException _) {
      // The parsers of some record types throw unchecked exceptions for junk.
      return null;
    }
  }

  // RFC 6891 section 6.1.1: at most one, and at the root.
  private static boolean ednsIsSound(Message message) {
    List<Record> found =
        message.getSection(Section.ADDITIONAL).stream()
            .filter(record -> record.getType() == Type.OPT)
            .toList();
    return found.isEmpty() || (found.size() == 1 && found.getFirst().getName().equals(Name.root));
  }

  private static byte[] bare(Header asked, int rcode) {
    return responseHeader(asked, rcode).toWire();
  }

  private static byte[] encode(Message question, Answer answer, Transport transport) {
    int limit = transport.limit(question.getOPT());
    byte[] whole = message(question, answer, true).toWire();
    if (whole.length <= limit) {
      return whole;
    }
    // Addresses beside an answer are a courtesy; those of a referral are not (RFC 9471).
    if (!answer.referral() && !answer.additional().isEmpty()) {
      byte[] less = message(question, answer.withoutAdditional(), true).toWire();
      if (less.length <= limit) {
        return less;
      }
    }
    return message(question, answer, false).toWire();
  }

  private static Message message(Message question, Answer answer, boolean whole) {
    var message = new Message();
    var header = responseHeader(question.getHeader(), answer.rcode() & 0xF);
    if (answer.authoritative()) {
      header.setFlag(Flags.AA);
    }
    message.setHeader(header);
    message.addRecord(question.getQuestion(), Section.QUESTION);
    if (whole) {
      answer.answers().forEach(record -> message.addRecord(record, Section.ANSWER));
      answer.authority().forEach(record -> message.addRecord(record, Section.AUTHORITY));
      answer.additional().forEach(record -> message.addRecord(record, Section.ADDITIONAL));
    } else {
      header.setFlag(Flags.TC);
    }
    var edns = question.getOPT();
    if (edns != null) {
      message.addRecord(edns(edns, answer.rcode()), Section.ADDITIONAL);
    }
    return message;
  }

  private static OPTRecord edns(OPTRecord asked, int rcode) {
    return new OPTRecord(
        Transport.EDNS_PAYLOAD, rcode >> 4, 0, asked.getFlags() & ExtendedFlags.DO);
  }

  private static Header responseHeader(Header asked, int rcode) {
    var header = new Header(asked.getID());
    header.setOpcode(asked.getOpcode());
    header.setFlag(Flags.QR);
    if (asked.getFlag(Flags.RD)) {
      header.setFlag(Flags.RD);
    }
    header.setRcode(rcode);
    return header;
  }
}
