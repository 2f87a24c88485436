package dev.gatehouse.api;

import java.net.InetSocketAddress;

/** Where something listens, written {@code 127.0.0.1:8443} or {@code [::1]:8443}. */
public record Address(String host, int port) {
  public Address {
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "address: '" + host + ":" + port + "' (expected: host:port, port 1 to 65535)");
    }
  }

  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, Math.max(colon, 0));
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return new Address(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("address: '" + text + "' (expected: host:port)", e);
    }
  }

  /** The same, with loopback in place of an address that stands for all of the machine's. */
  public Address reachable() {
    return switch (host) {
      case "0.0.0.0" -> new Address("127.0.0.1", port);
      case "::", "0:0:0:0:0:0:0:0" -> new Address("::1", port);
      default -> this;
    };
  }

  /** Resolves a host name; addresses are taken as they are. */
  public InetSocketAddress socket() {
    return new InetSocketAddress(host, port);
  }

  /** As it stands in a URL and as {@link #parse} reads it. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
