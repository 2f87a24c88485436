import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Keep-alive load over verified TLS: the connections are opened once and live until standard input
 * ends; each line "RATE SECONDS" on it is one measurement at that many requests a second over all
 * connections (0: as fast as answers come), answered by one line of JSON. Latency counts from the
 * moment at which the request was due, so a stall is not forgiven to those that waited behind it;
 * what could not be sent within {@link #PATIENCE} of that moment is skipped and counted.
 */
final class Load {
  private static final long PATIENCE = 100_000_000;
  private static final long WINDOW = 1_000_000_000;

  private static SSLSocketFactory sockets;
  private static String address;
  private static String host;
  private static int port;
  private static byte[] request;

  /** Arguments: address port host ca.pem path body-file key connections. */
  public static void main(String[] arguments) throws Exception {
    address = arguments[0];
    port = Integer.parseInt(arguments[1]);
    host = arguments[2];
    sockets = trusting(arguments[3]);
    byte[] body = Files.readAllBytes(Path.of(arguments[5]));
    request = request(arguments[4], body, arguments[6]);
    List<Connection> connections = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(arguments[7]); i++) {
      connections.add(new Connection());
    }
    ThreadFactory threads = Thread.ofPlatform().daemon().factory();
    try (var executor = Executors.newThreadPerTaskExecutor(threads);
        var commands = new BufferedReader(new InputStreamReader(System.in))) {
      for (var line = commands.readLine(); line != null; line = commands.readLine()) {
        var words = line.split(" ");
        double rate = Double.parseDouble(words[0]);
        double seconds = Double.parseDouble(words[1]);
        long begin = System.nanoTime() + 10_000_000;
        List<Callable<Void>> work = new ArrayList<>();
        for (int i = 0; i < connections.size(); i++) {
          var connection = connections.get(i);
          long period = rate == 0 ? 0 : (long) (1e9 * connections.size() / rate);
          long first = begin + period * i / connections.size();
          work.add(() -> connection.run(first, period, begin + (long) (seconds * 1e9)));
        }
        for (var done : executor.invokeAll(work)) {
          done.get();
        }
        report(connections, begin, seconds);
      }
    }
  }

  private static void report(List<Connection> connections, long begin, double seconds) {
    long[] all =
        connections.stream().flatMapToLong(c -> Arrays.stream(c.latencies, 0, c.answered)).sorted().toArray();
    var windows = new ArrayList<String>();
    for (int i = 0; i < (int) seconds; i++) {
      long from = begin + i * WINDOW;
      long[] some =
          connections.stream().flatMapToLong(c -> c.between(from, from + WINDOW)).sorted().toArray();
      windows.add(
          "{\"answered\": %d, \"p50\": %s, \"p99\": %s}"
              .formatted(some.length, millis(some, 0.5), millis(some, 0.99)));
    }
    System.out.printf(
        Locale.ROOT,
        "{\"answered\": %d, \"failed\": %d, \"dropped\": %d, \"skipped\": %d, \"p50\": %s,"
            + " \"p99\": %s, \"max\": %s, \"windows\": %s, \"fault\": \"%s\"}%n",
        all.length,
        connections.stream().mapToInt(c -> c.failed).sum(),
        connections.stream().mapToInt(c -> c.dropped).sum(),
        connections.stream().mapToInt(c -> c.skipped).sum(),
        millis(all, 0.5),
        millis(all, 0.99),
        millis(all, 1),
        windows,
        connections.stream().map(c -> c.fault).filter(f -> !f.isEmpty()).findFirst().orElse("")
            .replaceAll("[^ -~]|[\"\\\\]", " "));
  }

  private static double millis(long[] sorted, double quantile) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, (long) (sorted.length * quantile))] / 1e6;
  }

  private static byte[] request(String path, byte[] body, String key) {
    var head =
        "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\n"
            + (key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n")
            + "Content-Length: " + body.length + "\r\n\r\n";
    byte[] bytes = Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + body.length);
    System.arraycopy(body, 0, bytes, head.length(), body.length);
    return bytes;
  }

  private static SSLSocketFactory trusting(String pem) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = new FileInputStream(pem)) {
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
        store.setCertificateEntry("root" + store.size(), certificate);
      }
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  /** One keep-alive connection; a broken one is counted and opened anew. */
  private static final class Connection {
    private SSLSocket socket;
    private InputStream in;
    private OutputStream out;
    private final byte[] buffer = new byte[64 * 1024];
    long[] latencies = new long[1 << 16];
    long[] dues = new long[1 << 16];
    int answered;
    int failed;
    int dropped;
    int skipped;
    String fault = "";

    Connection() throws IOException {
      open();
    }

    private void open() throws IOException {
      var plain = new Socket(address, port);
      plain.setTcpNoDelay(true);
      plain.setSoTimeout(10_000);
      socket = (SSLSocket) sockets.createSocket(plain, host, port, true);
      var parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
      out = socket.getOutputStream();
    }

    Void run(long first, long period, long end) {
      answered = failed = dropped = skipped = 0;
      fault = "";
      for (long due = first; due < end; due += period) {
        if (period == 0) {
          due = System.nanoTime();
          if (due >= end) {
            break;
          }
        }
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        if (System.nanoTime() - due > PATIENCE) {
          skipped++;
        } else {
          once(due);
        }
      }
      return null;
    }

    LongStream between(long from, long to) {
      return IntStream.range(0, answered).filter(i -> dues[i] >= from && dues[i] < to).mapToLong(i -> latencies[i]);
    }

    private void once(long due) {
      try {
        out.write(request);
        out.flush();
        var head = head();
        in.readNBytes(buffer, 0, length(head));
        if (head.startsWith("HTTP/1.1 200")) {
          if (answered == latencies.length) {
            latencies = Arrays.copyOf(latencies, 2 * answered);
            dues = Arrays.copyOf(dues, 2 * answered);
          }
          dues[answered] = due;
          latencies[answered++] = System.nanoTime() - due;
        } else {
          failed++;
          fault = head.lines().findFirst().orElse("");
        }
        if (head.toLowerCase(Locale.ROOT).contains("connection: close")) {
          throw new IOException("Connection: close");
        }
      } catch (IOException e) {
        failed++;
        dropped++;
        fault = e.toString();
        reopen();
      }
    }

    private void reopen() {
      try {
        socket.close();
        open();
      } catch (IOException e) {
        fault = e.toString();
        LockSupport.parkNanos(10_000_000);
      }
    }

    private String head() throws IOException {
      int at = 0;
      while (at < 4 || buffer[at - 1] != '\n' || buffer[at - 3] != '\n') {
        int read = in.read();
        if (read < 0) {
          throw new IOException("closed by the server");
        }
        buffer[at++] = (byte) read;
      }
      return new String(buffer, 0, at, StandardCharsets.ISO_8859_1);
    }

    private int length(String head) throws IOException {
      int at = head.toLowerCase(Locale.ROOT).indexOf("content-length:");
      if (at < 0) {
        throw new IOException("an answer without Content-Length");
      }
      return Integer.parseInt(head.substring(at + 15, head.indexOf('\r', at)).strip());
    }
  }
}
