import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.gateway.Gateway;
import dev.gatehouse.gateway.GatewaySettings;
import dev.gatehouse.gateway.Snapshot;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * One gateway with as many names as the arguments say, one after the other, each name with a
 * certificate of its own; prints a line of JSON for each.
 */
final class Names {
  private static final int SWAPS = 20_000;
  private static final int HANDSHAKES = 300;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final EmbeddedAuthority authority =
      EmbeddedAuthority.create(
          new Permitted(List.of("names.test"), List.of()), InstantSource.system(), RANDOM);
  private final SSLContext client = client();
  private final Random choice = new Random(1);

  public static void main(String[] arguments) throws Exception {
    var names = new Names();
    names.measure(500, false);
    for (var count : arguments) {
      names.measure(Integer.parseInt(count), true);
    }
  }

  private CertifiedKey issue(int name) {
    return authority.issue(List.of(name(name)), Duration.ofDays(90));
  }

  private static String name(int number) {
    return "n" + number + ".names.test";
  }

  private void measure(int count, boolean printed) throws Exception {
    var any = new InetSocketAddress("127.0.0.1", 0);
    var settings = new GatewaySettings(any, any, Path.of("no-control-plane.sock"));
    var first = Snapshot.empty(issue(0));
    try (var gateway = new Gateway(settings, first, InstantSource.system(), RANDOM)) {
      gateway.start();
      long empty = used();
      for (int from = 0; from < count; from += 1_000) {
        var batch =
            IntStream.range(from, Math.min(count, from + 1_000)).parallel().mapToObj(this::issue).toList();
        for (int i = 0; i < batch.size(); i++) {
          int number = from + i;
          gateway.update(now -> now.withCertificate(name(number), batch.get(number % 1_000)));
        }
      }
      long perName = (used() - empty) / count;
      var swaps = swaps(gateway, count);
      var seen = new ArrayList<Double>();
      var again = new ArrayList<Double>();
      for (int i = 0; i < HANDSHAKES; i++) {
        int number = choice.nextInt(count);
        var renewed = issue(number);
        seen.add(timed(() -> {
          gateway.update(now -> now.withCertificate(name(number), renewed));
          require(shown(gateway, number).equals(renewed.leaf()), "the new certificate is not shown");
        }));
        again.add(timed(() -> shown(gateway, number)));
      }
      if (printed) {
        System.out.printf(
            Locale.ROOT,
            "{\"names\": %d, \"bytes\": %d, \"swap\": %.3f, \"swap99\": %.3f, \"seen\": %.3f, \"seen99\": %.3f,"
                + " \"handshake\": %.3f, \"handshake99\": %.3f}%n",
            count, perName, at(swaps, 0.5) * 1e3, at(swaps, 0.99) * 1e3, at(seen, 0.5), at(seen, 0.99),
            at(again, 0.5), at(again, 0.99));
      }
    }
  }

  /** Milliseconds of each change; the pairs are made before, as they are at a renewal. */
  private List<Double> swaps(Gateway gateway, int count) {
    var pairs = IntStream.range(0, 100).mapToObj(_ -> issue(0)).toList();
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < SWAPS; i++) {
      var name = name(choice.nextInt(count));
      var pair = pairs.get(i % pairs.size());
      long began = System.nanoTime();
      gateway.update(now -> now.withCertificate(name, pair));
      times.add((System.nanoTime() - began) / 1e6);
    }
    return times;
  }

  private X509Certificate shown(Gateway gateway, int number) throws Exception {
    var address = gateway.https();
    var plain = new Socket(address.getAddress(), address.getPort());
    plain.setTcpNoDelay(true);
    try (var tls = (SSLSocket) client.getSocketFactory().createSocket(plain, name(number), address.getPort(), true)) {
      var parameters = tls.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name(number))));
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      var shown = (X509Certificate) tls.getSession().getPeerCertificates()[0];
      tls.getSession().invalidate();
      return shown;
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private static double timed(Step step) throws Exception {
    long began = System.nanoTime();
    step.run();
    return (System.nanoTime() - began) / 1e6;
  }

  private static double at(List<Double> times, double quantile) {
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[(int) (sorted.length * quantile)];
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static long used() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static SSLContext client() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, RANDOM);
      return context;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Compares by itself what it is shown. */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
