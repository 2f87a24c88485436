package dev.gatehouse.gateway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.gateway.admission.Line;
import dev.gatehouse.gateway.admission.Slot;
import dev.gatehouse.gateway.http.Entrance;
import dev.gatehouse.gateway.http.PlainSetup;
import dev.gatehouse.gateway.http.SecureSetup;
import dev.gatehouse.gateway.http.Tally;
import dev.gatehouse.gateway.proxy.Lane;
import dev.gatehouse.gateway.proxy.Transport;
import dev.gatehouse.gateway.proxy.Workbench;
import dev.gatehouse.gateway.route.Dispatcher;
import dev.gatehouse.gateway.route.Routes;
import dev.gatehouse.gateway.tls.ClientHello;
import dev.gatehouse.gateway.tls.HelloHandler;
import dev.gatehouse.gateway.tls.ServerContexts;
import dev.gatehouse.gateway.tls.Shown;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The data plane: two listeners that do what the snapshot says, until they are closed. */
public final class Gateway implements AutoCloseable {
  private static final int TLS_CONTEXTS = 4_096;
  private static final Duration TICKET_KEY_LIFE = Duration.ofHours(12);

  /** Up to here scoring costs less than handing the request to another thread and back. */
  private static final int INLINE_BODY = 64 * 1024;

  private static final int CONTROL_PLANE_CONCURRENT = 512;
  private static final List<String> PROOF_PROTOCOLS = List.of(Proofs.PROTOCOL);

  private final GatewaySettings settings;
  private final Transport transport;
  private final MultiThreadIoEventLoopGroup loops;
  private final Map<EventLoop, Lane> lanes = new HashMap<>();
  private final Map<EventLoop, Dispatcher> dispatchers = new HashMap<>();
  private final ServerContexts contexts;
  private final Workbench workbench;
  private final Workbench mirrorBench;
  private final Routes routes;
  private final Entrance entrance;
  private final Object writers = new Object();
  private volatile Snapshot snapshot;

  @GuardedBy("this")
  private @Nullable Channel https;

  @GuardedBy("this")
  private @Nullable Channel http;

  @GuardedBy("this")
  private boolean closed;

  /** Nothing listens before {@link #start}. */
  public Gateway(
      GatewaySettings settings, Snapshot first, InstantSource clock, SecureRandom random) {
    this(settings, first, clock, random, Transport.best());
  }

  Gateway(
      GatewaySettings settings,
      Snapshot first,
      InstantSource clock,
      SecureRandom random,
      Transport transport) {
    int cores = Runtime.getRuntime().availableProcessors();
    this.settings = settings;
    this.snapshot = first;
    this.transport = transport;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            cores, new DefaultThreadFactory("gateway", true), transport.handler());
    this.contexts = new ServerContexts(TLS_CONTEXTS, random);
    long memory = Runtime.getRuntime().maxMemory();
    this.workbench = new Workbench("model", cores, memory / 4, INLINE_BODY);
    // One thread, and never an event loop: copies must not take what requests need.
    this.mirrorBench = new Workbench("mirror", 1, memory / 16, -1);
    this.routes = new Routes(this::snapshot, () -> new Line(settings.maxQueued(), this::forget));
    var controlPlane = new Line(settings.maxQueued(), this::forget);
    controlPlane.arrange(
        List.of(settings.controlPlaneSocket()), CONTROL_PLANE_CONCURRENT, "it does not run");
    var shared =
        new Dispatcher.Shared(
            this::snapshot,
            routes,
            controlPlane,
            new Dispatcher.Benches(workbench, mirrorBench),
            clock,
            settings.maxBody());
    loops.forEach(executor -> {
      var loop = (EventLoop) executor;
      var lane = new Lane(loop, transport, settings.connect());
      lanes.put(loop, lane);
      dispatchers.put(loop, new Dispatcher(shared, lane));
    });
    this.entrance =
        new Entrance(
            settings.timeouts(),
            settings.drain(),
            settings.strictTransport(),
            settings.watchers(),
            loop -> Objects.requireNonNull(dispatchers.get(loop)));
  }

  /** Opens both listeners. */
  public synchronized void start() {
    https =
        listen(
            settings.https(),
            new SecureSetup(
                entrance,
                () -> new HelloHandler(this::choose, contexts, settings.timeouts().handshake())));
    http = listen(settings.http(), new PlainSetup(entrance));
    loops
        .next()
        .scheduleAtFixedRate(
            this::rotateTickets,
            TICKET_KEY_LIFE.toSeconds(),
            TICKET_KEY_LIFE.toSeconds(),
            TimeUnit.SECONDS);
  }

  private Channel listen(InetSocketAddress address, ChannelHandler setup) {
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.listener())
            .option(ChannelOption.SO_BACKLOG, 4_096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(setup)
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException(
          "listen: %s:%d can't be opened (%s); is something else listening there?"
              .formatted(address.getHostString(), address.getPort(), bound.cause().getMessage()),
          bound.cause());
    }
    return bound.channel();
  }

  /** Where TLS is listened for, with the real port. */
  public synchronized InetSocketAddress https() {
    return address(https);
  }

  /** Where plain HTTP is listened for, with the real port. */
  public synchronized InetSocketAddress http() {
    return address(http);
  }

  private static InetSocketAddress address(@Nullable Channel listener) {
    if (listener == null) {
      throw new IllegalStateException("gateway: not started (expected: start() before)");
    }
    return (InetSocketAddress) listener.localAddress();
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  /** How every version of every service does; walks all of them. */
  public List<Measured> measure() {
    return routes.measure();
  }

  /** The load of each version of a service, by its name; empty for one that nobody asked yet. */
  public Map<String, Load> load(String routeId) {
    return routes.load(routeId);
  }

  /** What each version of a service has done, by its name; empty for one that nobody asked yet. */
  public Map<String, Tally.Counts> counts(String routeId) {
    return routes.counts(routeId);
  }

  /** Changes what the gateway does from the next request and handshake on; one writer at a time. */
  public void update(UnaryOperator<Snapshot> change) {
    synchronized (writers) {
      var old = snapshot;
      var next = change.apply(old);
      snapshot = next;
      routes.follow(old, next);
    }
  }

  private Optional<Shown> choose(ClientHello hello) {
    var now = snapshot;
    String name = hello.serverName();
    // Nobody but an authority that looks at us offers this (RFC 8737 section 3).
    if (!now.proofs().certificates().isEmpty() && hello.protocols().equals(PROOF_PROTOCOLS)) {
      return Optional.ofNullable(now.proofs().certificates().get(name)).map(Shown::proof);
    }
    return pair(now, name).map(pair -> new Shown(pair, clientRoots(now, name)));
  }

  private static List<X509Certificate> clientRoots(Snapshot now, String name) {
    return now.hosts().get(name) instanceof Snapshot.Host.Target target
        ? target.clients().certificates()
        : List.of();
  }

  private static Optional<CertifiedKey> pair(Snapshot now, String name) {
    if (name.isEmpty()) {
      return Optional.of(now.fallback());
    }
    var exact = now.certificates().get(name);
    if (exact != null) {
      return Optional.of(exact);
    }
    int dot = name.indexOf('.');
    return dot <= 0
        ? Optional.empty()
        : Optional.ofNullable(now.certificates().get("*" + name.substring(dot)));
  }

  void rotateTickets() {
    contexts.rotateTickets();
  }

  private void forget(Slot slot) {
    lanes.values().forEach(lane -> lane.forget(slot));
  }

  /** Stops listening, lets requests in flight end for a bounded time, then closes everything. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (https != null) {
        https.close().await();
      }
      if (http != null) {
        http.close().await();
      }
      entrance.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workbench.close();
    mirrorBench.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    contexts.close();
  }
}
