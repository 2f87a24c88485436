import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Promise;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Keep-alive load over verified TLS, from one thread, for what it uses of the processor the server
 * does not have: the connections are opened once and live until standard input ends; each line "RATE
 * SECONDS" on it is one measurement at that many requests a second over all connections (0: as fast
 * as answers come), answered by one line of JSON. Latency counts from the moment at which the request
 * was due, so a stall is not forgiven to those that waited behind it; what could not be sent within
 * {@link #PATIENCE} of that moment is skipped and counted.
 */
final class Load {
  private static final long PATIENCE = 100_000_000;
  private static final long TIMEOUT = 10_000_000_000L;
  private static final long WINDOW = 1_000_000_000;

  /** Requests that are due meanwhile go out together; a timer for each would cost more than they do. */
  private static final long TICK = 100_000;

  private static EventLoop loop;
  private static SslContext tls;
  private static Bootstrap bootstrap;
  private static String host;
  private static int port;
  private static ByteBuf request;
  private static Run run;

  /** Arguments: address port host ca.pem path body-file key connections. */
  public static void main(String[] arguments) throws Exception {
    port = Integer.parseInt(arguments[1]);
    host = arguments[2];
    tls =
        SslContextBuilder.forClient()
            .trustManager(new File(arguments[3]))
            .sslProvider(SslProvider.OPENSSL)
            .endpointIdentificationAlgorithm("HTTPS")
            .build();
    request = request(arguments[4], Files.readAllBytes(Path.of(arguments[5])), arguments[6]);
    loop = (EventLoop) new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()).next();
    bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .remoteAddress(arguments[0], port);
    var connections = new ArrayList<Connection>();
    for (int i = 0; i < Integer.parseInt(arguments[7]); i++) {
      var connection = new Connection();
      connection.open().sync();
      connection.channel.pipeline().get(SslHandler.class).handshakeFuture().sync();
      connections.add(connection);
    }
    try (var commands = new BufferedReader(new InputStreamReader(System.in))) {
      for (var line = commands.readLine(); line != null; line = commands.readLine()) {
        var words = line.split(" ");
        double rate = Double.parseDouble(words[0]);
        double seconds = Double.parseDouble(words[1]);
        Promise<Void> done = loop.newPromise();
        loop.execute(() -> {
          run = new Run(connections, rate, (long) (seconds * 1e9), done);
          run.begin();
        });
        done.sync();
        report(connections, run.begin, seconds);
      }
    }
    System.exit(0);
  }

  private static void report(List<Connection> connections, long begin, double seconds) {
    long[] all = connections.stream().flatMapToLong(c -> Arrays.stream(c.latencies, 0, c.answered)).sorted().toArray();
    var windows = new ArrayList<String>();
    for (int i = 0; i < (int) seconds; i++) {
      long from = begin + i * WINDOW;
      long[] some = connections.stream().flatMapToLong(c -> c.between(from, from + WINDOW)).sorted().toArray();
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

  private static ByteBuf request(String path, byte[] body, String key) {
    var head =
        "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\n"
            + (key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n")
            + "Content-Length: " + body.length + "\r\n\r\n";
    byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(bytes.length + body.length).writeBytes(bytes).writeBytes(body).asReadOnly());
  }

  /** One measurement; on the event loop alone. */
  private static final class Run {
    private final List<Connection> connections;
    private final double period;
    private final Promise<Void> done;
    private final long end;
    final long begin;
    private long sent;

    Run(List<Connection> connections, double rate, long nanos, Promise<Void> done) {
      this.connections = connections;
      this.period = rate == 0 ? 0 : 1e9 / rate;
      this.done = done;
      this.begin = System.nanoTime();
      this.end = begin + nanos;
    }

    void begin() {
      connections.forEach(Connection::reset);
      if (period == 0) {
        connections.forEach(connection -> connection.due(begin));
      }
      tick();
    }

    boolean goesOn() {
      return System.nanoTime() < end;
    }

    /** Without a rate the next request follows the answer. */
    void answered(Connection connection) {
      if (period == 0 && goesOn()) {
        connection.due(System.nanoTime());
      }
    }

    private void tick() {
      long now = System.nanoTime();
      if (period > 0) {
        for (long due = due(); due <= now && due < end; due = due()) {
          connections.get((int) (sent++ % connections.size())).due(due);
        }
      }
      if (now < end) {
        long wait = period > 0 ? Math.max(TICK, due() - now) : end - now;
        loop.schedule(this::tick, wait, TimeUnit.NANOSECONDS);
      } else if (connections.stream().allMatch(connection -> connection.rests(now))) {
        done.setSuccess(null);
      } else {
        loop.schedule(this::tick, 1, TimeUnit.MILLISECONDS);
      }
    }

    private long due() {
      return begin + (long) (sent * period);
    }
  }

  /** One keep-alive connection; a broken one is counted and opened anew. */
  private static final class Connection extends SimpleChannelInboundHandler<ByteBuf> {
    private final byte[] buffer = new byte[64 * 1024];
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private Channel channel;
    private int filled;
    private boolean busy;
    private boolean down;
    private long asked;
    private long sentAt;
    long[] latencies = new long[1 << 16];
    long[] dues = new long[1 << 16];
    int answered;
    int failed;
    int dropped;
    int skipped;
    String fault = "";

    ChannelFuture open() {
      var opening =
          bootstrap
              .clone()
              .handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel fresh) {
                  fresh.pipeline().addLast(tls.newHandler(fresh.alloc(), host, port), Connection.this);
                }
              })
              .connect();
      channel = opening.channel();
      return opening;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    void reset() {
      waiting.clear();
      answered = failed = dropped = skipped = 0;
      fault = "";
    }

    void due(long when) {
      waiting.add(when);
      if (!busy) {
        next();
      }
    }

    private void send(long due) {
      sentAt = System.nanoTime();
      busy = true;
      asked = due;
      filled = 0;
      channel.writeAndFlush(request.duplicate(), channel.voidPromise());
    }

    private void next() {
      for (var due = waiting.poll(); due != null; due = waiting.poll()) {
        if (System.nanoTime() - due <= PATIENCE) {
          send(due);
          return;
        }
        skipped++;
      }
    }

    private void goOn() {
      next();
      if (run != null) {
        run.answered(this);
      }
    }

    /** Also gives up an answer that does not come; without a server there is none to wait for. */
    boolean rests(long now) {
      if (down) {
        return true;
      }
      if (busy && now - sentAt > TIMEOUT) {
        fault = "no answer within %d s".formatted(TimeUnit.NANOSECONDS.toSeconds(TIMEOUT));
        channel.close();
      }
      return !busy;
    }

    LongStream between(long from, long to) {
      return IntStream.range(0, answered).filter(i -> dues[i] >= from && dues[i] < to).mapToLong(i -> latencies[i]);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf part) {
      int length = part.readableBytes();
      part.readBytes(buffer, filled, length);
      filled += length;
      int body = body();
      if (body < 0) {
        return;
      }
      var head = new String(buffer, 0, body, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
      if (filled < body + number(head, "content-length:")) {
        return;
      }
      busy = false;
      if (head.startsWith("http/1.1 200")) {
        if (answered == latencies.length) {
          latencies = Arrays.copyOf(latencies, 2 * answered);
          dues = Arrays.copyOf(dues, 2 * answered);
        }
        dues[answered] = asked;
        latencies[answered++] = System.nanoTime() - asked;
      } else {
        failed++;
        fault = new String(buffer, 0, Math.min(filled, 1000), StandardCharsets.ISO_8859_1);
      }
      if (head.contains("connection: close")) {
        busy = true;
        context.close();
      } else {
        goOn();
      }
    }

    private int body() {
      for (int i = 3; i < filled; i++) {
        if (buffer[i] == '\n' && buffer[i - 2] == '\n') {
          return i + 1;
        }
      }
      return -1;
    }

    private static int number(String head, String header) {
      int at = head.indexOf(header) + header.length();
      if (at < header.length()) {
        throw new IllegalStateException("an answer without " + header);
      }
      return Integer.parseInt(head.substring(at, head.indexOf('\r', at)).strip());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      busy = true;
      down = true;
      failed++;
      dropped++;
      fault = fault.isEmpty() ? "closed by the server" : fault;
      reopen();
    }

    private void reopen() {
      open().addListener(opened -> {
        if (opened.isSuccess()) {
          busy = false;
          down = false;
          goOn();
        } else {
          fault = opened.cause().toString();
          loop.schedule(this::reopen, 10, TimeUnit.MILLISECONDS);
        }
      });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fault = cause.toString();
      context.close();
    }
  }
}
