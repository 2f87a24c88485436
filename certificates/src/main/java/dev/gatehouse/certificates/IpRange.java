package dev.gatehouse.certificates;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** A network such as 10.0.0.0/8 or fd00::/8, as name constraints hold it: address and mask. */
record IpRange(InetAddress address, int prefix) {
  /** A single address counts as a range of one. */
  static IpRange parse(String text) {
    var slash = text.indexOf('/');
    var address =
        HostName.address(slash < 0 ? text : text.substring(0, slash))
            .orElseThrow(() -> wrong(text));
    var bits = address.getAddress().length * 8;
    try {
      var prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      if (prefix < 0 || prefix > bits) {
        throw wrong(text);
      }
      return new IpRange(address, prefix);
    } catch (NumberFormatException _) {
      throw wrong(text);
    }
  }

  /** The reverse of {@link #octets()}. */
  static IpRange of(byte[] octets) throws UnknownHostException {
    var half = octets.length / 2;
    var prefix = 0;
    for (var octet : Arrays.copyOfRange(octets, half, octets.length)) {
      prefix += Integer.bitCount(octet & 0xff);
    }
    return new IpRange(InetAddress.getByAddress(Arrays.copyOf(octets, half)), prefix);
  }

  boolean contains(InetAddress candidate) {
    var own = address.getAddress();
    var other = candidate.getAddress();
    return own.length == other.length && Arrays.equals(masked(own), masked(other));
  }

  /** RFC 5280 section 4.2.1.10: the address, zero behind the prefix, then the mask. */
  byte[] octets() {
    var network = masked(address.getAddress());
    var octets = Arrays.copyOf(network, network.length * 2);
    for (var i = 0; i < network.length; i++) {
      octets[network.length + i] = mask(i);
    }
    return octets;
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefix;
  }

  private byte[] masked(byte[] octets) {
    var masked = octets.clone();
    for (var i = 0; i < masked.length; i++) {
      masked[i] &= mask(i);
    }
    return masked;
  }

  private byte mask(int index) {
    var bits = Math.clamp(prefix - 8L * index, 0, 8);
    return (byte) (0xff00 >> bits);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "range: '" + text + "' (expected: an address with a prefix length, as in 10.0.0.0/8)");
  }
}
