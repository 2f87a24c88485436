package dev.gatehouse.dns;

import java.util.List;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;

/** What a look-up found, in the sections of a message. */
record Answer(
    int rcode,
    boolean authoritative,
    List<Record> answers,
    List<Record> authority,
    List<Record> additional) {
  static final Answer REFUSED = only(Rcode.REFUSED);
  static final Answer NOT_IMPLEMENTED = only(Rcode.NOTIMP);
  static final Answer BAD_VERSION = only(Rcode.BADVERS);

  private static Answer only(int rcode) {
    return new Answer(rcode, false, List.of(), List.of(), List.of());
  }

  boolean referral() {
    return !authoritative && !authority.isEmpty();
  }

  Answer withoutAdditional() {
    return new Answer(rcode, authoritative, answers, authority, List.of());
  }
}
