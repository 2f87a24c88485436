package dev.gatehouse.dns;

import java.time.Duration;
import java.util.regex.Pattern;
import org.xbill.DNS.Name;

/**
 * What the SOA record says.
 *
 * @param primary host name of the zone's first name server
 * @param contact mail address of whoever runs the zone
 * @param serial 0 to 2^32-1; whoever builds a zone anew after a restart gives a higher one, e.g.
 *     the seconds since 1970
 * @param negativeTtl how long others may remember that a name does not exist
 */
public record StartOfAuthority(String primary, String contact, long serial, Duration negativeTtl) {
  private static final Pattern LOCAL_PART = Pattern.compile("[A-Za-z0-9._+-]{1,63}");
  private static final long SERIALS = 1L << 32;

  public StartOfAuthority {
    primary = Names.host("SOA primary", primary);
    ResourceRecord.checkTtl("SOA negative ttl", negativeTtl);
    int at = contact.indexOf('@');
    if (at < 0
        || contact.length() > Names.LONGEST
        || !LOCAL_PART.matcher(contact.substring(0, at)).matches()) {
      throw new IllegalArgumentException(
          "SOA contact: '" + contact + "' (expected: a mail address)");
    }
    contact = contact.substring(0, at) + "@" + Names.host("SOA contact", contact.substring(at + 1));
    if (serial < 0 || serial >= SERIALS) {
      throw new IllegalArgumentException("SOA serial: " + serial + " (expected: 0 to 2^32-1)");
    }
  }

  /** The same with the next serial, in the arithmetic of RFC 1982. */
  StartOfAuthority next() {
    return new StartOfAuthority(primary, contact, (serial + 1) % SERIALS, negativeTtl);
  }

  /** The contact in the form of the record: the first label is the local part. */
  Name mailbox() {
    int at = contact.indexOf('@');
    String local = contact.substring(0, at).replace(".", "\\.");
    return Name.fromConstantString(local + "." + contact.substring(at + 1) + ".");
  }
}
