package dev.gatehouse.dns;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections on one thread and serves each on a virtual thread of its own. */
final class TcpListener {
  private static final Logger log = LoggerFactory.getLogger(TcpListener.class);
  private static final long PAUSE_AFTER_FAULT = TimeUnit.MILLISECONDS.toNanos(20);

  private final ServerSocket socket;
  private final Responder responder;
  private final TcpLimits limits;
  private final Thread thread;
  private final Map<TcpConnection, Thread> connections = new ConcurrentHashMap<>();

  /** Owns the socket, which must be bound. */
  TcpListener(ServerSocket socket, Responder responder, TcpLimits limits) {
    this.socket = socket;
    this.responder = responder;
    this.limits = limits;
    this.thread = Thread.ofPlatform().daemon().name("dns-tcp").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void stop() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("Closing the TCP socket failed", e);
    }
    connections.keySet().forEach(TcpConnection::close);
  }

  /** Waits for the threads, which {@link #stop} ends. */
  void join() throws InterruptedException {
    thread.join();
    // One may have been accepted just before the stop; from here on none is added.
    connections.keySet().forEach(TcpConnection::close);
    for (var serving : connections.values()) {
      serving.join();
    }
  }

  private void run() {
    while (!socket.isClosed()) {
      try {
        serve(socket.accept());
      } catch (IOException | RuntimeException e) {
        if (!socket.isClosed()) {
          // Out of file descriptors, most likely: give one back, and do not spin.
          log.warn("Accepting over TCP failed", e);
          closeMostSilent();
          LockSupport.parkNanos(PAUSE_AFTER_FAULT);
        }
      }
    }
  }

  private void serve(Socket client) {
    if (connections.size() >= limits.connections()) {
      closeMostSilent();
    }
    var connection = new TcpConnection(client, responder, limits.idle());
    var serving =
        Thread.ofVirtual()
            .name("dns-tcp-client")
            .unstarted(() -> {
              try {
                connection.run();
              } finally {
                connections.remove(connection);
              }
            });
    connections.put(connection, serving);
    serving.start();
  }

  private void closeMostSilent() {
    long now = System.nanoTime();
    connections.keySet().stream()
        .max(Comparator.comparingLong(connection -> connection.silence(now)))
        .ifPresent(connection -> {
          connection.close();
          connections.remove(connection);
        });
  }
}
