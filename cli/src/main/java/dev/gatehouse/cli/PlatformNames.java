package dev.gatehouse.cli;

import dev.gatehouse.api.PublishedName;
import dev.gatehouse.api.Wire;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What Gatehouse itself says about names.
 *
 * @param gateway the scoring addresses, which every name is to lead to
 * @param authority who answers for the zone
 * @param embedded whether that is Gatehouse itself
 */
record PlatformNames(
    String zone,
    List<InetAddress> gateway,
    InetSocketAddress authority,
    boolean embedded,
    List<String> names) {

  static PlatformNames of(JsonNode document) {
    var gateway = new ArrayList<InetAddress>();
    document.path("gateway").forEach(each -> gateway.add(InetAddress.ofLiteral(each.asString())));
    InetAddress authority = InetAddress.ofLiteral(Wire.text(document, "authority"));
    return new PlatformNames(
        Wire.text(document, "zone"),
        List.copyOf(gateway),
        new InetSocketAddress(
            authority.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : authority,
            document.path("authorityPort").asInt()),
        document.path("embedded").asBoolean(),
        PublishedName.list(document).stream().map(PublishedName::name).toList());
  }

  boolean covers(String name) {
    return name.equals(zone) || name.endsWith("." + zone);
  }

  boolean knows(String name) {
    return names.contains(name) || (embedded && name.equals(zone));
  }

  /** Whether those are addresses of the gateway; to a gateway on loopback every loopback leads. */
  boolean leadHere(List<InetAddress> addresses) {
    boolean loopback = gateway.stream().anyMatch(InetAddress::isLoopbackAddress);
    return !addresses.isEmpty()
        && addresses.stream()
            .allMatch(each -> gateway.contains(each) || (loopback && each.isLoopbackAddress()));
  }
}
