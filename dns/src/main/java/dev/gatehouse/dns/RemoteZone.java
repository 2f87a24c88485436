package dev.gatehouse.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * A zone on somebody else's server, changed by signed updates (RFC 2136); a change is done only
 * when that server answers with it.
 */
public final class RemoteZone {
  private final InetSocketAddress server;
  private final String apex;
  private final TsigKey key;
  private final Asking asking;

  /** Waits {@code patience} at most for each answer; a change needs up to four. */
  public RemoteZone(InetSocketAddress server, String apex, TsigKey key, Duration patience) {
    this.server = server;
    this.apex = Names.host("zone apex", apex);
    this.key = key;
    this.asking = new Asking(server, patience);
  }

  public InetSocketAddress server() {
    return server;
  }

  /** The name has these addresses and no others from now on; sends nothing when it has already. */
  public void replaceAddresses(String host, Duration ttl, List<InetAddress> addresses)
      throws DnsFault {
    var wanted = Set.copyOf(addresses);
    if (addressesOf(host).equals(wanted)) {
      return;
    }
    Name owner = owner(host);
    var update = update();
    update.delete(owner, Type.A);
    update.delete(owner, Type.AAAA);
    for (var address : addresses) {
      update.add(Wire.record(owner, ttl.toSeconds(), new RecordData.Address(address)));
    }
    send(update, host);
    verify(addressesOf(host).equals(wanted), host, "the addresses " + texts(wanted));
  }

  /** Adds one record beside those of the same name and type. */
  public void add(ResourceRecord record) throws DnsFault {
    Record wire = wire(record);
    var update = update();
    update.add(wire);
    send(update, record.name());
    verify(has(wire), record.name(), "the new record of type " + Type.string(wire.getType()));
  }

  /** Removes that one record, whatever its TTL; it need not be there. */
  public void remove(ResourceRecord record) throws DnsFault {
    Record wire = wire(record);
    var update = update();
    update.delete(wire);
    send(update, record.name());
    verify(
        !has(wire),
        record.name(),
        "no such record of type " + Type.string(wire.getType()) + " left");
  }

  private Set<InetAddress> addressesOf(String host) throws DnsFault {
    var found = new HashSet<InetAddress>();
    for (int type : new int[] {Type.A, Type.AAAA}) {
      answers(owner(host), type).stream().map(Replies::address).forEach(found::add);
    }
    return found;
  }

  private boolean has(Record record) throws DnsFault {
    return answers(record.getName(), record.getType()).contains(record);
  }

  private List<Record> answers(Name name, int type) throws DnsFault {
    var answer = asking.question(name, type, false);
    if (answer.getRcode() != Rcode.NOERROR && answer.getRcode() != Rcode.NXDOMAIN) {
      throw new DnsFault(
          "The DNS server %s answers %s when it is asked for %s; see that it serves the zone %s to this machine."
              .formatted(where(), Rcode.string(answer.getRcode()), text(name), apex));
    }
    return answer.getSection(Section.ANSWER).stream()
        .filter(record -> record.getType() == type && record.getName().equals(name))
        .toList();
  }

  private Update update() {
    return new Update(Names.wire(apex), DClass.IN);
  }

  private void send(Update update, String name) throws DnsFault {
    var answer = asking.signed(update, key.tsig());
    if (answer.getRcode() != Rcode.NOERROR) {
      throw new DnsFault(refusal(answer, name));
    }
    if (!answer.isVerified()) {
      throw new DnsFault(
          "The answer of the DNS server %s is not signed with the key '%s'; see that nothing stands between it and this machine."
              .formatted(where(), key.name()));
    }
  }

  private String refusal(Message answer, String name) {
    int signature = answer.getTSIG() == null ? Rcode.NOERROR : answer.getTSIG().getError();
    int code = signature == Rcode.NOERROR ? answer.getRcode() : signature;
    String advice =
        switch (code) {
          case Rcode.BADKEY ->
              "it does not know the key '%s' with this algorithm: add it to the server, or correct its name"
                  .formatted(key.name());
          case Rcode.BADSIG ->
              "its secret of the key '%s' is another one: take over the server's"
                  .formatted(key.name());
          case Rcode.BADTIME -> "its clock and this machine's differ: set them right";
          case Rcode.NOTAUTH ->
              "it is not the primary server of the zone %s, or does not take the key '%s'"
                  .formatted(apex, key.name());
          case Rcode.NOTZONE -> "the name is not in the zone %s: correct the zone".formatted(apex);
          case Rcode.REFUSED ->
              "it does not let the key '%s' change the zone %s: permit updates with it there"
                  .formatted(key.name(), apex);
          default -> "look into that server's log";
        };
    return "The DNS server %s refused the update of %s with %s; %s."
        .formatted(
            where(),
            name,
            code == answer.getRcode()
                ? Rcode.string(code)
                : Rcode.string(answer.getRcode()) + " (" + Rcode.TSIGstring(code) + ")",
            advice);
  }

  private void verify(boolean seen, String name, String expected) throws DnsFault {
    if (!seen) {
      throw new DnsFault(
          "The DNS server %s accepted the update of %s but does not answer with %s; see whether a CNAME stands there, and look into its log."
              .formatted(where(), name, expected));
    }
  }

  private Name owner(String host) {
    return Names.wire(Names.owner("record name", host));
  }

  private static Record wire(ResourceRecord record) {
    return Wire.record(Names.wire(record.name()), record.ttl().toSeconds(), record.data());
  }

  private String where() {
    return Asking.text(server);
  }

  private static String text(Name name) {
    return name.toString(true);
  }

  private static String texts(Set<InetAddress> addresses) {
    return addresses.stream()
        .map(InetAddress::getHostAddress)
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
