package dev.gatehouse.certificates;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The names that an authority may sign: each zone with everything below it, and addresses in ranges
 * such as "10.0.0.0/8"; this machine's own loopback addresses are always among them.
 */
public record Permitted(List<String> zones, List<String> ranges) {
  private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1/128");

  public Permitted {
    if (zones.isEmpty()) {
      throw new IllegalArgumentException("zones: none (expected: at least one, as in 'localhost')");
    }
    zones = zones.stream().map(Permitted::zone).distinct().toList();
    var all = new ArrayList<IpRange>();
    Stream.concat(LOOPBACK.stream(), ranges.stream()).map(IpRange::parse).forEach(all::add);
    ranges = all.stream().map(IpRange::toString).distinct().toList();
  }

  /** Whether the DNS name, wildcard or address may be signed. */
  public boolean covers(String name) {
    var address = HostName.address(name);
    if (address.isPresent()) {
      return ranges.stream().anyMatch(range -> IpRange.parse(range).contains(address.get()));
    }
    return HostName.normal(name).stream()
        .anyMatch(host ->
            zones.stream().anyMatch(zone -> host.equals(zone) || host.endsWith("." + zone)));
  }

  @Override
  public String toString() {
    return String.join(", ", zones) + " and " + String.join(", ", ranges);
  }

  private static String zone(String text) {
    return HostName.normal(text)
        .filter(name -> !name.startsWith("*"))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "zone: '" + text + "' (expected: a DNS name, as in 'gatehouse.localhost')"));
  }
}
