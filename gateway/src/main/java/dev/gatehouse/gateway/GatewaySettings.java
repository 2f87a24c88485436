package dev.gatehouse.gateway;

import dev.gatehouse.gateway.http.Timeouts;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the gateway listens and how much it takes.
 *
 * @param controlPlaneSocket where the management API listens
 * @param maxBody bytes that a request to a web service may have
 * @param maxQueued requests that may wait for a replica of one version
 * @param connect how long a connection to a replica may take to open
 * @param drain how long requests in flight may go on when the gateway closes
 * @param strictTransport how long browsers shall insist on HTTPS; zero says nothing to them
 */
public record GatewaySettings(
    InetSocketAddress https,
    InetSocketAddress http,
    Path controlPlaneSocket,
    long maxBody,
    int maxQueued,
    Timeouts timeouts,
    Duration connect,
    Duration drain,
    Duration strictTransport,
    Watchers watchers) {

  /** The defaults: 100 MB bodies, 1,000 waiting, 2 s to connect, 10 s to drain, no HSTS. */
  public GatewaySettings(InetSocketAddress https, InetSocketAddress http, Path controlPlaneSocket) {
    this(
        https,
        http,
        controlPlaneSocket,
        100_000_000,
        1_000,
        Timeouts.DEFAULT,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ZERO,
        Watchers.NONE);
  }

  public GatewaySettings withMaxBody(long bytes) {
    return new GatewaySettings(
        https,
        http,
        controlPlaneSocket,
        bytes,
        maxQueued,
        timeouts,
        connect,
        drain,
        strictTransport,
        watchers);
  }

  public GatewaySettings withTimeouts(Timeouts changed) {
    return new GatewaySettings(
        https,
        http,
        controlPlaneSocket,
        maxBody,
        maxQueued,
        changed,
        connect,
        drain,
        strictTransport,
        watchers);
  }

  public GatewaySettings withDrain(Duration changed) {
    return new GatewaySettings(
        https,
        http,
        controlPlaneSocket,
        maxBody,
        maxQueued,
        timeouts,
        connect,
        changed,
        strictTransport,
        watchers);
  }

  public GatewaySettings withStrictTransport(Duration changed) {
    return new GatewaySettings(
        https,
        http,
        controlPlaneSocket,
        maxBody,
        maxQueued,
        timeouts,
        connect,
        drain,
        changed,
        watchers);
  }

  public GatewaySettings withWatchers(Watchers changed) {
    return new GatewaySettings(
        https,
        http,
        controlPlaneSocket,
        maxBody,
        maxQueued,
        timeouts,
        connect,
        drain,
        strictTransport,
        changed);
  }
}
