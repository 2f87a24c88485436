import dev.gatehouse.dns.DnsServer;
import dev.gatehouse.dns.RecordData;
import dev.gatehouse.dns.ResourceRecord;
import dev.gatehouse.dns.StartOfAuthority;
import dev.gatehouse.dns.Zone;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves the records of a zone file, one a line, with the embedded DNS server on a free port of
 * loopback, prints the port, and ends with its standard input.
 */
final class ServeZone {
  private ServeZone() {}

  public static void main(String[] arguments) throws Exception {
    List<String[]> lines =
        Files.readAllLines(Path.of(arguments[0])).stream()
            .map(line -> line.split(" ", 5))
            .toList();
    String[] soa = lines.getFirst();
    String[] start = soa[4].split(" ");
    var authority =
        new StartOfAuthority(
            start[0],
            start[1].replaceFirst("\\.", "@"),
            Long.parseLong(start[2]),
            Duration.ofSeconds(Long.parseLong(start[6])));
    var records = new ArrayList<ResourceRecord>();
    for (String[] line : lines.subList(1, lines.size())) {
      var ttl = Duration.ofSeconds(Long.parseLong(line[1]));
      records.add(new ResourceRecord(line[0], ttl, data(line[3], line[4])));
    }
    // Below the file's: adding the records makes the next serial.
    var before =
        new StartOfAuthority(
            authority.primary(),
            authority.contact(),
            authority.serial() - 1,
            authority.negativeTtl());
    Zone zone = Zone.of(soa[0], before).with(records);
    var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (var server = new DnsServer(loopback, List.of(zone))) {
      server.start();
      System.out.println(server.address().getPort());
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }

  private static RecordData data(String type, String text) {
    return switch (type) {
      case "A", "AAAA" -> new RecordData.Address(InetAddress.ofLiteral(text));
      case "CNAME" -> new RecordData.Cname(text);
      case "NS" -> new RecordData.Ns(text);
      case "TXT" -> new RecordData.Txt(text.substring(1, text.length() - 1));
      case "CAA" -> {
        String[] parts = text.split(" ", 3);
        yield new RecordData.Caa(
            Integer.parseInt(parts[0]), parts[1], parts[2].substring(1, parts[2].length() - 1));
      }
      default -> throw new IllegalArgumentException("type: " + type);
    };
  }
}
