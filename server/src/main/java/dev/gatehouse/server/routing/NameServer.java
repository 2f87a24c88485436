package dev.gatehouse.server.routing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Who answers for the platform's zone: the embedded server, or somebody else's. Every change is to
 * be seen there when the call returns; an IOException says in a sentence why not.
 */
public interface NameServer extends AutoCloseable {
  void start() throws IOException;

  /** Where questions about the zone are answered; after the start. */
  InetSocketAddress address();

  /** The name has these addresses and no others; with none it has no address any more. */
  void replaceAddresses(String host, List<InetAddress> addresses) throws IOException;

  /** A TXT record beside others of the name, as ACME's dns-01 wants it. */
  void addText(String name, String value) throws IOException;

  /** It need not be there. */
  void removeText(String name, String value) throws IOException;

  @Override
  void close();
}
