package dev.gatehouse.dns;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;

/** Sends one message to one server and waits for the answer, never longer than told. */
final class Asking {
  private final InetSocketAddress server;
  private final Duration patience;

  Asking(InetSocketAddress server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** Over UDP, and over TCP when the answer is too long for that. */
  Message question(Name name, int type, boolean recursion) throws DnsFault {
    var message = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    if (!recursion) {
      message.getHeader().unsetFlag(Flags.RD);
    }
    return send(message, resolver());
  }

  /** Over TCP, where a sender's address cannot be forged; the message may arrive twice. */
  Message signed(Message message, TSIG key) throws DnsFault {
    var resolver = resolver();
    resolver.setTCP(true);
    resolver.setTSIGKey(key);
    try {
      return send(message.clone(), resolver);
    } catch (DnsFault e) {
      if (!(e.getCause() instanceof EOFException)) {
        throw e;
      }
      // dnsjava keeps connections; the server may have closed this one in the same moment.
      return send(message.clone(), resolver);
    }
  }

  private SimpleResolver resolver() {
    var resolver = new SimpleResolver(server);
    resolver.setTimeout(patience);
    return resolver;
  }

  private Message send(Message message, SimpleResolver resolver) throws DnsFault {
    try {
      return resolver.send(message);
    } catch (EOFException e) {
      throw new DnsFault(
          "The DNS server %s closed the connection without an answer; look into its log."
              .formatted(text(server)),
          e);
    } catch (IOException e) {
      throw new DnsFault(
          "The DNS server %s did not answer within %s; see whether it runs there and is reachable from here."
              .formatted(text(server), seconds(patience)),
          e);
    }
  }

  static String text(InetSocketAddress address) {
    String ip = address.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1_000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
