package dev.gatehouse.dns;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * Answers for its zones over UDP and TCP. On a machine with several addresses bind each by its own
 * server: an answer over UDP leaves from the address that the system chooses.
 */
public final class DnsServer implements AutoCloseable {
  private static final int ATTEMPTS_FOR_A_FREE_PORT = 50;

  private final InetSocketAddress wanted;
  private final TcpLimits limits;
  private final AtomicReference<Zones> zones;
  private final Responder responder;

  @GuardedBy("this")
  private @Nullable Listeners listeners;

  @GuardedBy("this")
  private boolean closed;

  private record Listeners(InetSocketAddress address, UdpListener udp, TcpListener tcp) {}

  /** Port 0 lets {@link #start} choose one that is free for both UDP and TCP. */
  public DnsServer(InetSocketAddress address, List<Zone> zones) {
    this(address, zones, TcpLimits.DEFAULT);
  }

  public DnsServer(InetSocketAddress address, List<Zone> zones, TcpLimits limits) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "DNS address: '"
              + address.getHostString()
              + "' (expected: an IP address of this machine)");
    }
    this.wanted = address;
    this.limits = limits;
    this.zones = new AtomicReference<>(Zones.of(zones));
    this.responder = new Responder(this.zones::get);
  }

  /** Listens when it returns; the exception names the address that could not be had. */
  public synchronized void start() throws IOException {
    if (closed || listeners != null) {
      throw new IllegalStateException("a DNS server starts once");
    }
    var started = listen();
    listeners = started;
    started.udp().start();
    started.tcp().start();
  }

  /** Where it listens, with the port that was chosen. */
  public synchronized InetSocketAddress address() {
    if (listeners == null) {
      throw new IllegalStateException("the DNS server has not started");
    }
    return listeners.address();
  }

  /** The zones that the next question is answered from. */
  public List<Zone> zones() {
    return zones.get().list();
  }

  /** The zone with exactly that apex, in its present state. */
  public Optional<Zone> zone(String apex) {
    return Optional.ofNullable(zones.get().at(Names.wire(Names.host("zone apex", apex))));
  }

  /** Replaces all zones at once. */
  public void install(List<Zone> replacement) {
    zones.set(Zones.of(replacement));
  }

  /**
   * Changes one zone and gives its new state; under contention the change is made again on the
   * newer state, so it must have no other effect.
   */
  public Zone update(String apex, UnaryOperator<Zone> change) {
    Name origin = Names.wire(Names.host("zone apex", apex));
    var changed = zones.updateAndGet(all -> all.changed(origin, change));
    return Objects.requireNonNull(changed.at(origin));
  }

  /** Closes every socket and returns when all threads have ended. */
  @Override
  public synchronized void close() {
    if (listeners != null && !closed) {
      listeners.udp().stop();
      listeners.tcp().stop();
      try {
        listeners.udp().join();
        listeners.tcp().join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    closed = true;
  }

  private Listeners listen() throws IOException {
    for (int attempt = 1; ; attempt++) {
      var tcp = new ServerSocket();
      var udp = DatagramChannel.open();
      try {
        tcp.bind(wanted);
        var address = new InetSocketAddress(wanted.getAddress(), tcp.getLocalPort());
        udp.bind(address);
        return new Listeners(
            address, new UdpListener(udp, responder), new TcpListener(tcp, responder, limits));
      } catch (IOException e) {
        tcp.close();
        udp.close();
        if (wanted.getPort() != 0 || attempt == ATTEMPTS_FOR_A_FREE_PORT) {
          throw new IOException(
              "DNS cannot listen on %s:%d, UDP and TCP: %s (expected: a free port of this machine)"
                  .formatted(
                      wanted.getAddress().getHostAddress(), wanted.getPort(), e.getMessage()),
              e);
        }
      }
    }
  }
}
